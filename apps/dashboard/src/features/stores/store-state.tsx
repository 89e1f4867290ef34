import { Alert, Badge, Text } from '@mantine/core';
import { permits, type Tenant } from '@xeno/contracts';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';

type State = Tenant['status'] | 'syncing';

const STATES: Record<State, { label: string; color: string }> = {
  syncing: { label: 'Syncing', color: 'indigo' },
  connected: { label: 'Connected', color: 'teal' },
  paused: { label: 'Paused', color: 'yellow' },
  reconnect_needed: { label: 'Reconnect needed', color: 'red' },
  uninstalled: { label: 'Uninstalled', color: 'red' },
  disconnected: { label: 'Disconnected', color: 'gray' },
};

/** What each state in which nothing new arrives means. */
const MEANINGS: Partial<Record<State, string>> = {
  paused:
    'Shopify does not let anyone read this store at the moment. Syncing resumes by itself when it does again; all figures so far are kept.',
  reconnect_needed:
    'Shopify no longer accepts our access to this store. All figures so far are kept, and what happened meanwhile is fetched afterwards.',
  uninstalled: 'The app was removed in the store’s Shopify admin.',
  disconnected: 'Nothing new is fetched. The figures so far are kept and can still be looked at.',
};

export const canReconnect = ({ status }: Tenant): boolean => status !== 'connected' && status !== 'paused';

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
  const meaning = MEANINGS[tenant.status];
  if (!meaning) return null;
  const calm = tenant.status === 'disconnected';
  return (
    <Alert
      color={STATES[tenant.status].color}
      icon={calm ? <IconInfoCircle /> : <IconAlertTriangle />}
      title={STATES[tenant.status].label}
    >
      {tenant.statusReason && (
        <Text size="sm" mb={4} dir="auto">
          {tenant.statusReason}
        </Text>
      )}
      <Text size="sm">
        {meaning}
        {canReconnect(tenant) &&
          (permits(tenant.role, 'store:manage')
            ? ' Press “Reconnect” and agree in Shopify once more to go on.'
            : ' Ask an admin of this store to reconnect it.')}
      </Text>
    </Alert>
  );
}
