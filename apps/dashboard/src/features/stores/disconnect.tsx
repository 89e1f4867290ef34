import { Button, Group, Modal, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { Tenant } from '@xeno/contracts';
import { cloneElement, type ReactElement } from 'react';
import { notify, notifyFailure } from '../../ui/notify.tsx';
import { useDisconnect } from './queries.ts';

/** Asks once more, as access can only be had back by agreeing in Shopify again. */
export default function Disconnect({ tenant, trigger }: { tenant: Tenant; trigger: ReactElement }) {
  const [opened, { open, close }] = useDisclosure(true);
  const disconnect = useDisconnect(tenant.id);
  const confirm = () =>
    disconnect.mutate(undefined, {
      onSuccess: () => {
        close();
        void notify({ title: 'Disconnected', message: `${tenant.storeName} is disconnected. Its data is kept.` });
      },
      onError: notifyFailure('Not disconnected'),
    });
  return (
    <>
      {cloneElement(trigger as ReactElement<{ onClick: () => void }>, { onClick: open })}
      <Modal opened={opened} onClose={close} title={<bdi>Disconnect {tenant.storeName}?</bdi>} centered>
        <Text size="sm">
          Our access to <bdi>{tenant.shopDomain}</bdi> is given up and nothing new is fetched.{' '}
          <strong>Its data is kept:</strong> the figures so far stay here, and reconnecting goes on where it stopped.
        </Text>
        <Group justify="flex-end" mt="lg" gap="xs">
          <Button variant="default" onClick={close} data-autofocus>
            Keep connected
          </Button>
          <Button color="red" loading={disconnect.isPending} onClick={confirm}>
            Disconnect
          </Button>
        </Group>
      </Modal>
    </>
  );
}
