import { Box, Group, Progress, Stack, Text } from '@mantine/core';
import type { SyncRun, SyncStream } from '@xeno/contracts';
import { formatCount, formatDay, formatDuration } from '../../lib/format.ts';
import { percentOf } from './progress.ts';

const NAMES = { products: 'Products', customers: 'Customers', orders: 'Orders' };

/** Each stream of a run as it goes: rows, of how many, how fast, how much longer. */
export function SyncProgress({ run }: { run: SyncRun }) {
  return (
    <Stack gap="sm" data-testid="sync-progress">
      {run.status === 'queued' && (
        <Text size="sm" c="dimmed">
          Waiting for its turn. It starts by itself.
        </Text>
      )}
      {run.streams.map((stream) => (
        <Stream key={stream.name} stream={stream} />
      ))}
      <Text size="xs" c="dimmed">
        You may close this page: the sync goes on without it.
      </Text>
    </Stack>
  );
}

function Stream({ stream }: { stream: SyncStream }) {
  const name = NAMES[stream.name];
  const percent = percentOf(stream);
  const asking = stream.status === 'running' && percent === null;
  return (
    <Box>
      <Group justify="space-between" gap={4} mb={4} className="figures">
        <Text size="sm" fw={600}>
          {name}
        </Text>
        <Text size="sm" c="dimmed">
          {describe(stream)}
        </Text>
      </Group>
      <Progress.Root size="sm">
        <Progress.Section
          value={asking ? 100 : (percent ?? 0)}
          color={stream.status === 'failed' ? 'red' : stream.status === 'succeeded' ? 'teal' : undefined}
          striped={asking}
          animated={asking}
          aria-label={`${name}: ${describe(stream)}`}
          aria-valuetext={describe(stream)}
        />
      </Progress.Root>
      {stream.completeFrom && stream.status === 'running' && (
        <Text size="xs" c="dimmed" mt={4}>
          Orders since {formatDay(stream.completeFrom)} so far; the newest come first.
        </Text>
      )}
      {stream.error && (
        <Text size="sm" c="var(--mantine-color-error)" mt={4} dir="auto">
          {stream.error}
        </Text>
      )}
    </Box>
  );
}

export function describe({ status, done, expected, ratePerSecond, secondsLeft }: SyncStream): string {
  if (status === 'queued' || (status === 'running' && done === 0 && expected === null))
    return status === 'queued' ? 'waiting' : 'Shopify is preparing them';
  const rows =
    expected === null || status === 'succeeded'
      ? formatCount(done)
      : `${formatCount(done)} of ${formatCount(expected)}`;
  if (status !== 'running') return status === 'succeeded' ? `${rows}, done` : `${rows}, ${status}`;
  const rate = ratePerSecond ? `${formatCount(Math.round(ratePerSecond))}/s` : null;
  const left = secondsLeft === null ? null : `${formatDuration(secondsLeft)} left`;
  return [rows, rate, left].filter(Boolean).join(' · ');
}
