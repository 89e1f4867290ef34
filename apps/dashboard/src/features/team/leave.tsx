import { Button, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useId } from 'react';
import { Confirm } from '../../ui/confirm.tsx';
import { useLeave } from './queries.ts';

/** Gives up one's own membership of a store; `obstacle` says why that is not possible now. */
export function Leave(props: { tenantId: string; storeName: string; obstacle?: string | null }) {
  const { tenantId, storeName, obstacle } = props;
  const [asking, { open, close }] = useDisclosure(false);
  const leave = useLeave(tenantId);
  const reason = useId();
  return (
    <Stack gap={4} align="flex-start">
      <Button
        size="xs"
        variant="outline"
        color="red"
        aria-label={`Leave this store: ${storeName}`}
        aria-haspopup="dialog"
        aria-describedby={obstacle ? reason : undefined}
        disabled={!!obstacle}
        onClick={open}
      >
        Leave this store
      </Button>
      {obstacle && (
        <Text id={reason} size="xs" c="dimmed" maw="20rem">
          {obstacle}
        </Text>
      )}
      {asking && (
        <Confirm
          title={<bdi>Leave {storeName}?</bdi>}
          action="Leave"
          loading={leave.isPending}
          onConfirm={() => leave.mutate(undefined, { onSettled: close })}
          onClose={close}
        >
          <Text size="sm">You are no member of it any more, and see nothing of it. An admin can invite you again.</Text>
        </Confirm>
      )}
    </Stack>
  );
}
