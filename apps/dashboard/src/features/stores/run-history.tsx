import { Badge, Box, Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import type { RunStatus, SyncRun } from '@xeno/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { formatCount, formatDuration } from '../../lib/format.ts';
import { Problem } from '../../ui/problem.tsx';
import { When } from '../../ui/when.tsx';
import { runsOf } from './queries.ts';
import { describe } from './sync-progress.tsx';
import classes from '../../ui/list.module.css';

const KINDS = { backfill: 'After reconnecting', incremental: 'Changes', full: 'Everything' };
const STATES: Record<RunStatus, { label: string; color: string }> = {
  queued: { label: 'Waiting', color: 'gray' },
  running: { label: 'Running', color: 'indigo' },
  succeeded: { label: 'Succeeded', color: 'teal' },
  failed: { label: 'Failed', color: 'red' },
  cancelled: { label: 'Cancelled', color: 'gray' },
};

/** A store's runs, the newest first, without the one whose progress the page shows already. */
export function RunHistory({ tenantId, except }: { tenantId: string; except: string | undefined }) {
  const runs = useInfiniteQuery(runsOf(tenantId));
  if (runs.isPending) return <Skeleton h={120} />;
  if (runs.isError) return <Problem error={runs.error} retry={() => void runs.refetch()} />;
  const all = runs.data.pages.flatMap((page) => page.data).filter(({ id }) => id !== except);
  if (!all.length)
    return (
      <Text size="sm" c="dimmed">
        Nothing has ended yet.
      </Text>
    );
  return (
    <Stack gap={0}>
      <Box component="ul" className={classes['list']!}>
        {all.map((run, at) => (
          <Run
            key={run.id}
            run={run}
            isFirst={!runs.hasNextPage && all.slice(at + 1).every(({ status }) => status !== 'succeeded')}
          />
        ))}
      </Box>
      {runs.hasNextPage && (
        <Button
          variant="default"
          size="xs"
          mt="sm"
          mx="auto"
          loading={runs.isFetchingNextPage}
          onClick={() => void runs.fetchNextPage()}
        >
          Show older runs
        </Button>
      )}
    </Stack>
  );
}

/** `isFirst`: no run before it has succeeded. */
function Run({ run, isFirst }: { run: SyncRun; isFirst: boolean }) {
  const seconds =
    run.startedAt && run.finishedAt ? (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000 : null;
  return (
    <Box component="li" className={classes['item']!}>
      <Group gap="sm" justify="space-between">
        <Group gap="xs">
          <Badge variant="light" color={STATES[run.status].color} tt="none" radius="sm">
            {STATES[run.status].label}
          </Badge>
          <Text size="sm" fw={600}>
            {run.kind === 'backfill' && isFirst ? 'First sync' : KINDS[run.kind]}
          </Text>
        </Group>
        <Text size="sm" c="dimmed" component="div" className="figures">
          <When instant={run.startedAt ?? run.createdAt} />
          {seconds !== null && ` · took ${formatDuration(seconds)}`}
        </Text>
      </Group>
      {run.streams.length > 0 && (
        <Text size="sm" c="dimmed" className="figures" mt={4}>
          {run.streams
            .map((stream) =>
              stream.status === 'succeeded'
                ? `${formatCount(stream.done)} ${stream.name}`
                : `${stream.name}: ${describe(stream)}`,
            )
            .join(' · ')}
        </Text>
      )}
      {[run.error, ...run.streams.map((stream) => stream.error)]
        .filter((error, at, all) => error && all.indexOf(error) === at)
        .map((error) => (
          <Text key={error} size="sm" c="var(--mantine-color-error)" mt={4} dir="auto" className={classes['message']!}>
            {error}
          </Text>
        ))}
      {run.notice && (
        <Text size="sm" mt={4} dir="auto" className={classes['message']!}>
          {run.notice}
        </Text>
      )}
    </Box>
  );
}
