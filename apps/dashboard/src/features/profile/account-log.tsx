import { Box, Button, Group, Skeleton, Text } from '@mantine/core';
import { auth } from '@xeno/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { call } from '../../lib/session.ts';
import classes from '../../ui/list.module.css';
import { Panel } from '../../ui/panel.tsx';
import { Problem } from '../../ui/problem.tsx';
import { When } from '../../ui/when.tsx';

const TOLD: Record<string, string> = {
  'account.password_changed': 'Password changed',
  'account.password_reset': 'New password set by a link that was mailed',
  'account.email_changed': 'E-mail changed',
  'account.second_factor_on': 'Second factor turned on',
  'account.second_factor_off': 'Second factor turned off',
  'account.recovery_codes_renewed': 'New recovery codes made',
  'account.recovery_code_used': 'Logged in with a recovery code',
  'account.token_created': 'API token made',
  'account.token_revoked': 'API token revoked',
  'account.refresh_token_reused': 'A session was ended: somebody used a copy of what keeps it logged in',
  'account.reset_by_operator': 'New password given by whoever runs this installation',
};

/** What was done to one's own account. */
export function AccountLog() {
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['me', 'audit'],
    queryFn: ({ pageParam }) =>
      call(auth.listEntries, { query: { limit: 10, ...(pageParam && { cursor: pageParam }) } }),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextCursor ?? undefined,
  });
  const entries = data?.pages.flatMap((page) => page.data);
  return (
    <Panel title="What happened to your account" data-testid="account-log">
      {isPending && <Skeleton h={60} />}
      {error && !data && <Problem error={error} retry={() => void refetch()} />}
      {entries?.length === 0 && (
        <Text size="sm" c="dimmed">
          Nothing was changed yet. Changes of your password, e-mail, second factor and API tokens are listed here.
        </Text>
      )}
      {entries && entries.length > 0 && (
        <Box component="ul" className={classes['list']!}>
          {entries.map(({ id, action, address, happenedAt }) => (
            <Box component="li" key={id} className={classes['item']!}>
              <Text size="sm">{TOLD[action] ?? action}</Text>
              <Text size="xs" c="dimmed">
                <When instant={happenedAt} />
                {address && ` · from ${address}`}
              </Text>
            </Box>
          ))}
        </Box>
      )}
      {hasNextPage && (
        <Group mt="sm">
          <Button size="xs" variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show more
          </Button>
        </Group>
      )}
    </Panel>
  );
}
