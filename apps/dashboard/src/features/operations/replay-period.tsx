import { Button, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Problem } from '../../ui/problem.tsx';
import { useReplay } from './queries.ts';

/** Has what was received in a period processed again. */
export default function ReplayPeriod({ tenantId, onClose }: { tenantId: string; onClose: () => void }) {
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const replay = useReplay(tenantId);
  const instant = (local: string) => new Date(local).toISOString();
  return (
    <Modal opened onClose={onClose} title="Replay a period">
      <Stack gap="sm">
        <Text size="sm">
          What was received in this time is processed again. Older news than what is stored is left.
        </Text>
        <TextInput
          type="datetime-local"
          label="From"
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput type="datetime-local" label="To" value={to} onChange={(event) => setTo(event.currentTarget.value)} />
        {replay.error && <Problem error={replay.error} />}
        <Button
          disabled={!from || !to}
          loading={replay.isPending}
          onClick={() => replay.mutate({ from: instant(from), to: instant(to) }, { onSuccess: onClose })}
        >
          Replay
        </Button>
      </Stack>
    </Modal>
  );
}
