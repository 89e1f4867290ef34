import { Alert, Anchor, Progress, Text } from '@mantine/core';
import type { Tenant } from '@xeno/contracts';
import { Link } from '@tanstack/react-router';
import { IconInfoCircle, IconRefresh } from '@tabler/icons-react';
import { formatDay } from '../../lib/format.ts';
import { completeFrom, isPartial, percentOf } from '../stores/progress.ts';
import { describe } from '../stores/sync-progress.tsx';

/** Says that figures cover only a part of the past: while the first sync runs, or when it has not got to its end. */
export function FirstSyncBanner({ tenant }: { tenant: Tenant }) {
  if (!isPartial(tenant)) return null;
  const history = (
    <Anchor
      component={Link}
      {...({ to: '/stores/$id', params: { id: tenant.id } } as object)}
      size="sm"
      underline="always"
    >
      {tenant.activeRun ? 'Details' : 'See what happened'}
    </Anchor>
  );
  const run = tenant.activeRun;
  if (!run)
    return (
      <Alert color="yellow" icon={<IconInfoCircle />} title="The first sync has not finished">
        <Text size="sm">Figures cover only what has arrived so far. {history}</Text>
      </Alert>
    );
  const since = completeFrom(tenant);
  const orders = run.streams.find(({ name }) => name === 'orders');
  const percent = orders ? percentOf(orders) : null;
  return (
    <Alert icon={<IconRefresh />} title="First sync is running" data-testid="sync-progress">
      <Text size="sm" mb={8} className="figures">
        {since
          ? `Orders since ${formatDay(since)} so far; older ones are on their way and the figures fill up as they come. `
          : 'The first orders appear here within moments, the newest first. '}
        {orders && `Orders: ${describe(orders)}. `}
        {history}
      </Text>
      <Progress
        value={percent ?? 100}
        striped={percent === null}
        animated={percent === null}
        size="sm"
        aria-label="Orders of the first sync"
      />
    </Alert>
  );
}
