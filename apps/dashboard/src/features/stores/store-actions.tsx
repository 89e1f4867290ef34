import { Button, Group } from '@mantine/core';
import { IconChevronDown, IconPlugConnected, IconPlugConnectedX, IconRefresh } from '@tabler/icons-react';
import { permits, type SyncKind, type Tenant } from '@xeno/contracts';
import { lazy } from 'react';
import { ChoiceMenu } from '../../ui/choice-menu.tsx';
import { notifyFailure } from '../../ui/notify.tsx';
import { OnDemand } from '../../ui/on-demand.tsx';
import { useConnect, useStartSync } from './queries.ts';
import { canReconnect } from './store-state.tsx';

const loadDisconnect = () => import('./disconnect.tsx');
const Disconnect = lazy(loadDisconnect);

export function StoreActions({ tenant }: { tenant: Tenant }) {
  const connect = useConnect();
  const mayManage = permits(tenant.role, 'store:manage');
  const disconnect = (
    <Button size="xs" variant="subtle" color="red" leftSection={<IconPlugConnectedX size={16} aria-hidden />}>
      Disconnect
    </Button>
  );
  return (
    <Group gap="xs">
      {!canReconnect(tenant) && permits(tenant.role, 'sync:run') && <SyncNow tenant={tenant} />}
      {canReconnect(tenant) && mayManage && (
        <Button
          size="xs"
          leftSection={<IconPlugConnected size={16} aria-hidden />}
          loading={connect.isPending}
          onClick={() => connect.mutate(tenant.shopDomain, { onError: notifyFailure('Not reconnected') })}
        >
          Reconnect
        </Button>
      )}
      {mayManage && tenant.status !== 'disconnected' && (
        <OnDemand trigger={disconnect} popup="dialog" load={loadDisconnect}>
          <Disconnect tenant={tenant} trigger={disconnect} />
        </OnDemand>
      )}
    </Group>
  );
}

function SyncNow({ tenant }: { tenant: Tenant }) {
  const sync = useStartSync(tenant.id);
  const start = (kind: SyncKind) => () => sync.mutate(kind, { onError: notifyFailure('Sync not started') });
  return (
    <ChoiceMenu
      width={300}
      trigger={
        <Button
          size="xs"
          variant="default"
          leftSection={<IconRefresh size={16} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
          loading={sync.isPending}
          disabled={tenant.activeRun !== null}
        >
          Sync now
        </Button>
      }
      choices={[
        {
          key: 'incremental',
          label: 'Changes',
          hint: 'What changed since the last sync. Quick.',
          onChoose: start('incremental'),
        },
        {
          key: 'full',
          label: 'Everything',
          hint: 'Fetch all again and remove what was deleted in Shopify. Takes as long as the first sync.',
          onChoose: start('full'),
        },
      ]}
    />
  );
}
