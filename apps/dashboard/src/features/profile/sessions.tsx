import { Badge, Box, Button, Group, Skeleton, Text } from '@mantine/core';
import { auth } from '@xeno/contracts';
import { useQuery } from '@tanstack/react-query';
import { call, leaveSession } from '../../lib/session.ts';
import classes from '../../ui/list.module.css';
import { notifyFailure } from '../../ui/notify.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Problem } from '../../ui/problem.tsx';
import { When } from '../../ui/when.tsx';
import { sessions, useAccountChange } from './queries.ts';

export function Sessions() {
  const { data, error, isPending, refetch } = useQuery(sessions);
  const end = useAccountChange((sessionId: string) => call(auth.endSession, { params: { sessionId } }));
  const endOthers = useAccountChange(() => call(auth.endSessions, { query: { keep_current: true } }));
  const endAll = useAccountChange(() => call(auth.endSessions, { query: {} }));
  const failed = { onError: notifyFailure('Not ended') };
  return (
    <Panel
      title="Sessions"
      aside={
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            loading={endOthers.isPending}
            disabled={(data?.length ?? 0) < 2}
            onClick={() => endOthers.mutate(undefined, failed)}
          >
            End all others
          </Button>
          <Button
            size="xs"
            variant="default"
            loading={endAll.isPending}
            onClick={() => endAll.mutate(undefined, { ...failed, onSuccess: leaveSession })}
          >
            Log out everywhere
          </Button>
        </Group>
      }
    >
      {isPending && <Skeleton h={60} />}
      {error && !data && <Problem error={error} retry={() => void refetch()} />}
      {data && (
        <Box component="ul" className={classes['list']!}>
          {data.map(({ id, current, userAgent, address, lastUsedAt }) => (
            <Box component="li" key={id} className={classes['item']!}>
              <Group justify="space-between" gap="xs" wrap="nowrap">
                <Box miw={0}>
                  <Text size="sm" truncate title={userAgent}>
                    {userAgent || 'A program'}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {address} · last used <When instant={lastUsedAt} />
                  </Text>
                </Box>
                {current ? (
                  <Badge variant="light" tt="none" radius="sm" miw="max-content">
                    This one
                  </Badge>
                ) : (
                  <Button
                    size="compact-xs"
                    variant="default"
                    loading={end.isPending && end.variables === id}
                    onClick={() => end.mutate(id, failed)}
                  >
                    End
                  </Button>
                )}
              </Group>
            </Box>
          ))}
        </Box>
      )}
    </Panel>
  );
}
