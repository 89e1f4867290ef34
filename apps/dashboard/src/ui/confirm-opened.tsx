import { Button, Group, Modal } from '@mantine/core';
import type { ConfirmProps } from './confirm.tsx';

export default function ConfirmOpened(props: ConfirmProps) {
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
