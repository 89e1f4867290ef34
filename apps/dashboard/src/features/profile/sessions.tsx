import { Badge, Box, Button, Group, Skeleton, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { auth } from '@xeno/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { formatInstant, formatInstantFully } from '../../lib/format.ts';
import { call, leaveSession } from '../../lib/session.ts';
import { programOf } from '../../lib/user-agent.ts';
import { Confirm } from '../../ui/confirm.tsx';
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
  const endAll = useMutation({ mutationFn: () => call(auth.endSessions, { query: {} }), onSuccess: leaveSession });
  const [asking, { open, close }] = useDisclosure(false);
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
          <Button size="xs" variant="default" onClick={open}>
            Log out everywhere
          </Button>
        </Group>
      }
    >
      {isPending && <Skeleton h={60} />}
      {error && !data && <Problem error={error} retry={() => void refetch()} />}
      {data && (
        <Box component="ul" className={classes['list']!}>
          {data.map(({ id, current, userAgent, address, createdAt, lastUsedAt }) => (
            <Box component="li" key={id} className={classes['item']!}>
              <Group justify="space-between" gap="xs" wrap="nowrap">
                <Box miw={0}>
                  <Text size="sm" title={userAgent}>
                    {programOf(userAgent)}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {address} · logged in {formatInstant(createdAt)} · last used <When instant={lastUsedAt} short />
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
                    miw="max-content"
                    aria-label={`End ${programOf(userAgent)}, ${address}, logged in ${formatInstantFully(createdAt)}`}
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
      {asking && (
        <Confirm
          title="Log out everywhere?"
          action="Log out everywhere"
          loading={endAll.isPending}
          onConfirm={() => endAll.mutate(undefined, { ...failed, onSettled: close })}
          onClose={close}
        >
          <Text size="sm">All your sessions end, this one too. API tokens go on working.</Text>
        </Confirm>
      )}
    </Panel>
  );
}
