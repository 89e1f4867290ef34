import { Button, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Problem } from '../../ui/problem.tsx';
import { useReplay } from './queries.ts';
import { tellReplayed } from './tell-replayed.ts';

/** Has what was received in a period processed again. */
export default function ReplayPeriod({ tenantId, onClose }: { tenantId: string; onClose: () => void }) {
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const replay = useReplay(tenantId);
  const isBackwards = from !== '' && to !== '' && from >= to;
  const instant = (local: string) => new Date(local).toISOString();
  return (
    <Modal opened onClose={onClose} title="Replay a period">
      <Stack gap="sm">
        <Text size="sm">
          Webhooks received in this time, by this computer’s clock, are processed again. One that is older than what is
          stored changes nothing.
        </Text>
        <TextInput
          type="datetime-local"
          label="From"
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          type="datetime-local"
          label="To"
          value={to}
          error={isBackwards && 'The end must be after the beginning.'}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
        {replay.error && <Problem title="Not replayed" error={replay.error} />}
        <Button
          disabled={!from || !to || isBackwards}
          loading={replay.isPending}
          onClick={() =>
            replay.mutate(
              { from: instant(from), to: instant(to) },
              {
                onSuccess: (answer) => {
                  tellReplayed(answer);
                  onClose();
                },
              },
            )
          }
        >
          Replay
        </Button>
      </Stack>
    </Modal>
  );
}
