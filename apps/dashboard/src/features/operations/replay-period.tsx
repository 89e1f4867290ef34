import { Button, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Problem } from '../../ui/problem.tsx';
import { useReplay } from './queries.ts';
import { tellReplayed } from './tell-replayed.ts';

/** Fields of this kind take years of six digits unless told otherwise. */
const LAST = '9999-12-31T23:59';
const isInstant = (date: Date) => date.getFullYear() <= 9999;

/** Has what was received in a period processed again. */
export default function ReplayPeriod({ tenantId, onClose }: { tenantId: string; onClose: () => void }) {
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const replay = useReplay(tenantId);
  const [begins, ends] = [new Date(from), new Date(to)];
  const isBackwards = begins >= ends;
  const isWhole = isInstant(begins) && isInstant(ends);
  const wrong = (local: string, instant: Date) => local !== '' && !isInstant(instant) && 'Give a year of four digits.';
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
          max={LAST}
          value={from}
          error={wrong(from, begins)}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          type="datetime-local"
          label="To"
          max={LAST}
          value={to}
          error={wrong(to, ends) || (isBackwards && 'The end must be after the beginning.')}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
        {replay.error && <Problem title="Not replayed" error={replay.error} />}
        <Button
          disabled={!isWhole || isBackwards}
          loading={replay.isPending}
          onClick={() =>
            replay.mutate(
              { from: begins.toISOString(), to: ends.toISOString() },
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
