import { Button, Group, Modal } from '@mantine/core';
import type { ReactNode } from 'react';

/** Asks once more before what cannot be taken back. */
export function Confirm(props: {
  title: ReactNode;
  action: string;
  loading: boolean;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <Modal opened onClose={props.onClose} title={props.title} centered>
      {props.children}
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={props.onClose} data-autofocus>
          Cancel
        </Button>
        <Button color="red" loading={props.loading} onClick={props.onConfirm}>
          {props.action}
        </Button>
      </Group>
    </Modal>
  );
}
