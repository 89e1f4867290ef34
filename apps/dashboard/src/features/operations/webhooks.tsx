import { Anchor, Badge, Box, Button, Group, NativeSelect, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core';
import { permits, type Tenant, type Webhook, type WebhookStatus, type WebhookSummary } from '@xeno/contracts';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { formatCount, formatDuration } from '../../lib/format.ts';
import classes from '../../ui/list.module.css';
import { Panel } from '../../ui/panel.tsx';
import { Problem } from '../../ui/problem.tsx';
import { When } from '../../ui/when.tsx';
import { hasEnded } from '../stores/store-state.tsx';
import { Fact } from './freshness.tsx';
import { summaryOf, useReplay, webhooksOf } from './queries.ts';
import { STATES, type OperationsSearch } from './search.ts';
import { tellReplayed } from './tell-replayed.ts';

const Inspect = lazy(() => import('./inspect.tsx'));
const ReplayPeriod = lazy(() => import('./replay-period.tsx'));

const TOPICS = [
  'orders/create',
  'orders/updated',
  'orders/edited',
  'orders/cancelled',
  'orders/delete',
  'refunds/create',
  'customers/create',
  'customers/update',
  'customers/delete',
  'customers/merge',
  'customers/data_request',
  'customers/redact',
  'products/create',
  'products/update',
  'products/delete',
  'inventory_levels/update',
  'checkouts/create',
  'checkouts/update',
  'app/uninstalled',
  'app/scopes_update',
  'shop/update',
  'shop/redact',
  'bulk_operations/finish',
];

/** What Shopify has sent of a store, what became of it, and a way to have it done again. */
export function Webhooks({ tenant, search }: { tenant: Tenant; search: OperationsSearch }) {
  const { status, topic } = search;
  const navigate = useNavigate();
  const show = (changed: OperationsSearch) =>
    void navigate({ to: '/operations', search: { ...search, ...changed }, replace: true, resetScroll: false });
  const [shown, setShown] = useState<Webhook | null>(null);
  const [period, setPeriod] = useState(false);
  const summary = useQuery(summaryOf(tenant.id));
  const list = useInfiniteQuery({ ...webhooksOf(tenant.id, status, topic), placeholderData: keepPreviousData });
  const replay = useReplay(tenant.id);
  const rows = list.data?.pages.flatMap((page) => page.data) ?? [];

  return (
    <Panel
      title="Webhooks"
      aside={
        permits(tenant.role, 'sync:run') && (
          <Group gap="xs">
            <Button size="xs" variant="default" disabled={hasEnded(tenant)} onClick={() => setPeriod(true)}>
              Replay a period
            </Button>
            <Button
              size="xs"
              variant="default"
              disabled={hasEnded(tenant) || !summary.data?.dead}
              loading={replay.isPending}
              onClick={() => replay.mutate({ status: 'dead' }, { onSuccess: tellReplayed })}
            >
              Replay what was given up
            </Button>
          </Group>
        )
      }
    >
      <Stack gap="sm">
        {summary.error && !summary.data && <Problem error={summary.error} retry={() => void summary.refetch()} />}
        {replay.error && <Problem title="Not replayed" error={replay.error} />}
        <Counts summary={summary.data} />
        <Group gap="sm">
          <NativeSelect
            label="State"
            data={[
              { value: '', label: 'All' },
              ...Object.entries(STATES).map(([value, { label }]) => ({ value, label })),
            ]}
            value={status ?? ''}
            onChange={(event) =>
              show({ status: (event.currentTarget.value || undefined) as WebhookStatus | undefined })
            }
          />
          <NativeSelect
            label="Topic"
            data={[{ value: '', label: 'All' }, ...new Set(topic ? [...TOPICS, topic] : TOPICS)]}
            value={topic ?? ''}
            onChange={(event) => show({ topic: event.currentTarget.value || undefined })}
          />
        </Group>
        {list.isPending && <Skeleton h={160} />}
        {list.error && !list.data && <Problem error={list.error} retry={() => void list.refetch()} />}
        {list.data && rows.length === 0 && (
          <Text size="sm" c="dimmed">
            {status || topic
              ? 'None like that. Choose another state or topic.'
              : 'None came yet. They come when something happens in the store.'}
          </Text>
        )}
        {rows.length > 0 && (
          <Box
            component="ul"
            className={`${classes['list']} ${list.isPlaceholderData ? 'stale' : ''}`}
            data-testid="webhooks"
          >
            {rows.map((row) => (
              <Row key={row.webhookId} webhook={row} onShow={() => setShown(row)} />
            ))}
          </Box>
        )}
        {list.hasNextPage && (
          <Button
            variant="default"
            size="xs"
            mx="auto"
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            Show older ones
          </Button>
        )}
      </Stack>
      <Suspense fallback={null}>
        {shown && <Inspect tenant={tenant} webhook={shown} onClose={() => setShown(null)} />}
        {period && permits(tenant.role, 'sync:run') && (
          <ReplayPeriod tenantId={tenant.id} onClose={() => setPeriod(false)} />
        )}
      </Suspense>
    </Panel>
  );
}

function Row({ webhook, onShow }: { webhook: Webhook; onShow: () => void }) {
  const { topic, status, tries, error, receivedAt, lagSeconds } = webhook;
  const { label, color } = STATES[status];
  return (
    <Box component="li" className={classes['item']!}>
      <Group gap="4px 12px" justify="space-between">
        <Group gap="xs">
          <Badge color={color} variant="light" tt="none" radius="sm">
            {status === 'pending' && tries > 0 ? 'Failed, tried again' : label}
          </Badge>
          <Anchor component="button" type="button" size="sm" fw={600} onClick={onShow} aria-haspopup="dialog">
            {topic}
          </Anchor>
        </Group>
        <Text size="sm" c="dimmed" component="div" className="figures">
          <When instant={receivedAt} short />
          {lagSeconds !== null && ` · applied after ${seconds(lagSeconds)}`}
        </Text>
      </Group>
      {error && (
        <Text size="sm" c="var(--mantine-color-error)" mt={4} dir="auto" lineClamp={2} className={classes['message']!}>
          {error}
        </Text>
      )}
    </Box>
  );
}

function Counts({ summary }: { summary: WebhookSummary | undefined }) {
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm" component="dl" m={0}>
      <Fact term="Received">{summary && `${formatCount(summary.receivedLastDay)} in 24 h`}</Fact>
      <Fact term="Waiting">{summary && formatCount(summary.pending)}</Fact>
      <Fact term="Failed, tried again">{summary && formatCount(summary.failed)}</Fact>
      <Fact term="Given up">{summary && formatCount(summary.dead)}</Fact>
      <Fact
        term="Applied after"
        meaning="From Shopify’s sending a webhook to its being in the figures: half of the last hundred were faster."
      >
        {summary && seconds(summary.lagSeconds.median)}
      </Fact>
      <Fact term="Slowest of twenty" meaning="Of the last hundred webhooks, 95 were applied within this time.">
        {summary && seconds(summary.lagSeconds.p95)}
      </Fact>
    </SimpleGrid>
  );
}

const lag = new Intl.NumberFormat(navigator.language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const seconds = (value: number | null): string =>
  value === null ? '–' : value < 60 ? `${lag.format(value)} s` : formatDuration(value);
