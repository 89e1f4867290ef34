import { Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconPlugConnectedX, IconRefresh } from '@tabler/icons-react';
import { permits, type SyncKind, type Tenant } from '@xeno/contracts';
import { ChoiceMenu } from '../../ui/choice-menu.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { notifyFailure } from '../../ui/notify.tsx';
import { useDisconnect, useStartSync } from './queries.ts';
import { hasEnded, isConnected } from './store-state.tsx';

export function StoreActions({ tenant }: { tenant: Tenant }) {
  const mayManage = permits(tenant.role, 'store:manage');
  return (
    <Group gap="xs">
      {isConnected(tenant) && permits(tenant.role, 'sync:run') && <SyncNow tenant={tenant} />}
      {mayManage && !hasEnded(tenant) && <Disconnect tenant={tenant} />}
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

/** Asks once more, as access can only be had back by agreeing in Shopify again. */
function Disconnect({ tenant }: { tenant: Tenant }) {
  const [asking, { open, close }] = useDisclosure(false);
  const disconnect = useDisconnect(tenant);
  return (
    <>
      <Button
        size="xs"
        variant="subtle"
        color="red"
        leftSection={<IconPlugConnectedX size={16} aria-hidden />}
        onClick={open}
        aria-haspopup="dialog"
      >
        Disconnect
      </Button>
      {asking && (
        <Confirm
          title={<bdi>Disconnect {tenant.storeName}?</bdi>}
          action="Disconnect"
          loading={disconnect.isPending}
          onConfirm={() =>
            disconnect.mutate(undefined, { onError: notifyFailure('Not disconnected'), onSettled: close })
          }
          onClose={close}
        >
          <Text size="sm">
            Our access to <bdi>{tenant.shopDomain}</bdi> is given up and nothing new is fetched.{' '}
            <strong>Its data is kept:</strong> the figures so far stay here, and reconnecting fetches everything once
            more.
          </Text>
        </Confirm>
      )}
    </>
  );
}
