import { Alert, Badge, Button, Text } from '@mantine/core';
import { permits, type Tenant } from '@xeno/contracts';
import { IconAlertTriangle, IconInfoCircle, IconPlugConnected } from '@tabler/icons-react';
import { notifyFailure } from '../../ui/notify.tsx';
import { useConnect } from './queries.ts';

type State = Tenant['status'] | 'syncing';

const STATES: Record<State, { label: string; color: string }> = {
  syncing: { label: 'Syncing', color: 'indigo' },
  connected: { label: 'Connected', color: 'teal' },
  paused: { label: 'Paused', color: 'yellow' },
  reconnect_needed: { label: 'Reconnect needed', color: 'red' },
  uninstalled: { label: 'Uninstalled', color: 'red' },
  disconnected: { label: 'Disconnected', color: 'gray' },
  erasing: { label: 'Being erased', color: 'gray' },
};

/** What each state means in which nothing new arrives for now. Of a connection that has ended the server tells how. */
const MEANINGS: Partial<Record<State, string>> = {
  paused:
    'Shopify does not let anyone read this store at the moment. Syncing resumes by itself when it does again; all figures so far are kept.',
  reconnect_needed:
    'Shopify no longer accepts our access to this store. All figures so far are kept, and what happened meanwhile is fetched afterwards.',
};

/** There is a connection, whether or not Shopify lets anyone read the store for now. */
export const isConnected = ({ status }: Tenant): boolean => status === 'connected' || status === 'paused';

/** Not while its data is being erased. */
export const canReconnect = (tenant: Tenant): boolean => !isConnected(tenant) && tenant.status !== 'erasing';

/** Ended on purpose, here or in Shopify, rather than broken. */
export const hasEnded = ({ status }: Tenant): boolean => ['disconnected', 'uninstalled', 'erasing'].includes(status);

export function StoreState({ tenant }: { tenant: Tenant }) {
  const { label, color } = STATES[tenant.activeRun ? 'syncing' : tenant.status];
  return (
    <Badge color={color} variant="light" tt="none" size="lg" radius="sm" fw={600}>
      {label}
    </Badge>
  );
}

/** Why nothing new arrives and what to do, where that is so. */
export function StoreAdvice({ tenant }: { tenant: Tenant }) {
  const meaning = hasEnded(tenant) ? tenant.statusReason : MEANINGS[tenant.status];
  if (!meaning) return null;
  const calm = tenant.status === 'disconnected' || tenant.status === 'erasing';
  const mayReconnect = permits(tenant.role, 'store:manage');
  return (
    <Alert
      color={STATES[tenant.status].color}
      icon={calm ? <IconInfoCircle /> : <IconAlertTriangle />}
      title={STATES[tenant.status].label}
    >
      {/* it tells admins what to do */}
      {tenant.statusReason && !hasEnded(tenant) && (mayReconnect || !canReconnect(tenant)) && (
        <Text size="sm" mb={4} dir="auto">
          {tenant.statusReason}
        </Text>
      )}
      <Text size="sm">
        {meaning}
        {canReconnect(tenant) &&
          (mayReconnect ? ' Agree in Shopify once more to go on.' : ' Ask an admin of this store to reconnect it.')}
      </Text>
      {canReconnect(tenant) && mayReconnect && <Reconnect shop={tenant.shopDomain} />}
    </Alert>
  );
}

function Reconnect({ shop }: { shop: string }) {
  const connect = useConnect();
  return (
    <Button
      size="xs"
      mt="sm"
      leftSection={<IconPlugConnected size={16} aria-hidden />}
      loading={connect.isPending}
      onClick={() => connect.mutate(shop, { onError: notifyFailure('Not reconnected') })}
    >
      Reconnect
    </Button>
  );
}
