import { Badge, Button, Group, NativeSelect, SimpleGrid, Skeleton, Stack, Table, Text, TextInput } from '@mantine/core';
import type { Tenant, Webhook, WebhookStatus, WebhookSummary } from '@xeno/contracts';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { formatCount } from '../../lib/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { Problem } from '../../ui/problem.tsx';
import { When } from '../../ui/when.tsx';
import { summaryOf, useReplay, webhooksOf } from './queries.ts';

const Inspect = lazy(() => import('./inspect.tsx'));
const ReplayPeriod = lazy(() => import('./replay-period.tsx'));

const STATES: Record<WebhookStatus, { label: string; color: string }> = {
  pending: { label: 'Waiting', color: 'yellow' },
  done: { label: 'Applied', color: 'teal' },
  dead: { label: 'Given up', color: 'red' },
};

/** What Shopify has sent of a store, what became of it, and a way to have it done again. */
export function Webhooks({ tenant }: { tenant: Tenant }) {
  const [status, setStatus] = useState<WebhookStatus | null>(null);
  const [topic, setTopic] = useState('');
  const [shown, setShown] = useState<Webhook | null>(null);
  const [period, setPeriod] = useState(false);
  const summary = useQuery(summaryOf(tenant.id));
  const wanted = /^[a-z_]+\/[a-z_]+$/.test(topic) ? topic : null;
  const list = useInfiniteQuery(webhooksOf(tenant.id, status, wanted));
  const replay = useReplay(tenant.id);
  const rows = list.data?.pages.flatMap((page) => page.data) ?? [];

  return (
    <Panel
      title="Webhooks"
      aside={
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={() => setPeriod(true)}>
            Replay a period
          </Button>
          <Button
            size="xs"
            variant="default"
            disabled={!summary.data?.dead}
            loading={replay.isPending}
            onClick={() => replay.mutate({ status: 'dead' })}
          >
            Replay what was given up
          </Button>
        </Group>
      }
    >
      <Stack gap="sm">
        {summary.error && !summary.data && <Problem error={summary.error} retry={() => void summary.refetch()} />}
        {replay.error && <Problem error={replay.error} />}
        <Counts summary={summary.data} />
        <Group gap="sm">
          <NativeSelect
            label="State"
            data={[
              { value: '', label: 'All' },
              ...Object.entries(STATES).map(([value, { label }]) => ({ value, label })),
            ]}
            value={status ?? ''}
            onChange={(event) => setStatus((event.currentTarget.value || null) as WebhookStatus | null)}
          />
          <TextInput
            label="Topic"
            placeholder="orders/create"
            value={topic}
            onChange={(event) => setTopic(event.currentTarget.value.trim())}
            error={topic !== '' && !wanted && 'Such as orders/create'}
          />
        </Group>
        {list.isPending && <Skeleton h={160} />}
        {list.error && !list.data && <Problem error={list.error} retry={() => void list.refetch()} />}
        {list.data && rows.length === 0 && (
          <Text size="sm" c="dimmed">
            {status || wanted ? 'None like that.' : 'None came yet. They come when something happens in the store.'}
          </Text>
        )}
        {rows.length > 0 && (
          <Table.ScrollContainer minWidth={520}>
            <Table verticalSpacing="xs" data-testid="webhooks">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Topic</Table.Th>
                  <Table.Th>State</Table.Th>
                  <Table.Th>Received</Table.Th>
                  <Table.Th ta="right">Applied after</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((row) => (
                  <Table.Tr key={row.webhookId}>
                    <Table.Td>
                      <Button variant="subtle" size="compact-sm" onClick={() => setShown(row)}>
                        {row.topic}
                      </Button>
                    </Table.Td>
                    <Table.Td>
                      <Badge color={STATES[row.status].color} variant="light">
                        {row.status === 'pending' && row.tries > 0 ? 'Failed, waits' : STATES[row.status].label}
                      </Badge>
                    </Table.Td>
                    <Table.Td>
                      <When instant={row.receivedAt} />
                    </Table.Td>
                    <Table.Td ta="right" className="figures">
                      {row.lagSeconds === null ? '–' : `${row.lagSeconds.toFixed(1)} s`}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
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
        {period && <ReplayPeriod tenantId={tenant.id} onClose={() => setPeriod(false)} />}
      </Suspense>
    </Panel>
  );
}

function Counts({ summary }: { summary: WebhookSummary | undefined }) {
  const seconds = (value: number | null | undefined) => (value == null ? '–' : `${value.toFixed(1)} s`);
  const counts = [
    ['Received in a day', summary && formatCount(summary.receivedLastDay)],
    ['Waiting', summary && formatCount(summary.pending)],
    ['Of these failed', summary && formatCount(summary.failed)],
    ['Given up', summary && formatCount(summary.dead)],
    ['Applied after (median)', summary && seconds(summary.lagSeconds.median)],
    ['95 of 100 within', summary && seconds(summary.lagSeconds.p95)],
  ] as const;
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm">
      {counts.map(([label, value]) => (
        <div key={label}>
          <Text size="xs" c="dimmed">
            {label}
          </Text>
          {value === undefined ? (
            <Skeleton h={24} w={60} />
          ) : (
            <Text fw={600} className="figures">
              {value}
            </Text>
          )}
        </div>
      ))}
    </SimpleGrid>
  );
}
