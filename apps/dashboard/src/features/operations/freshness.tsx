import { Alert, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core';
import type { Tenant } from '@xeno/contracts';
import { useQuery } from '@tanstack/react-query';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { formatCount, formatDuration } from '../../lib/format.ts';
import { Explain } from '../../ui/explain.tsx';
import { Panel } from '../../ui/panel.tsx';
import { When } from '../../ui/when.tsx';
import { useStanding } from '../live/use-live.ts';
import { isConnected } from '../stores/store-state.tsx';
import { queueDepths } from './queries.ts';

/** How far what is stored is behind Shopify, and what stands in the way of its being up to date. */
export function Freshness({ tenant }: { tenant: Tenant }) {
  const standing = useStanding(tenant.id);
  const { data: queue, error } = useQuery(queueDepths);
  const { webhooks, apiVersion } = tenant;
  const sum = (part: 'waiting' | 'active' | 'delayed') =>
    queue?.data?.reduce((all, depth) => all + depth[part], 0) ?? 0;
  const delayed = sum('delayed');
  return (
    <Panel title="Freshness">
      <Stack gap="sm">
        {tenant.status === 'connected' && webhooks && webhooks.status !== 'active' && (
          <Alert color="yellow" icon={<IconAlertTriangle />} title="Shopify does not tell changes at once">
            <Text size="sm" dir="auto">
              {webhooks.reason ?? 'Its webhooks do not arrive.'} Until then changes come with the scheduled sync, or
              with “Sync now”. Nothing is lost.
            </Text>
          </Alert>
        )}
        {apiVersion && (
          <Alert color="yellow" icon={<IconInfoCircle />} title="Shopify answers with another API version">
            <Text size="sm">
              It answers with {apiVersion}, since the version this program was made for is no longer served. Update the
              program; until then compare with Shopify below now and then.
            </Text>
          </Alert>
        )}
        {queue?.state === 'degraded' && (
          <Alert color="yellow" icon={<IconInfoCircle />} title="Redis is away or full">
            <Text size="sm">
              Nothing is lost: work begins some seconds later than usual. Whoever runs it should look.
            </Text>
          </Alert>
        )}
        <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm" component="dl" m={0}>
          <Fact
            term="Behind Shopify"
            meaning="How long ago Shopify told of the change that waits longest to be applied, or to be fetched where the webhook did not tell all of it. Nothing waits: 0 s."
          >
            {standing ? (
              standing.behindSeconds === null ? (
                'Not known'
              ) : (
                <span data-testid="behind">{formatDuration(standing.behindSeconds)}</span>
              )
            ) : undefined}
          </Fact>
          <Fact term="Last sync" meaning="When all that had changed was last fetched from Shopify.">
            {tenant.lastSyncAt ? <When instant={tenant.lastSyncAt} short /> : 'Not yet'}
          </Fact>
          <Fact
            term="Webhooks"
            meaning="Whether Shopify tells each change at once. It is checked on a schedule and set up again when it has ended."
          >
            {
              {
                active: 'Arriving',
                unavailable: 'Not possible',
                failing: 'Interrupted',
                none: isConnected(tenant) ? 'Not set up yet' : 'Ended',
              }[webhooks?.status ?? 'none']
            }
          </Fact>
          <Fact
            term="Queue"
            meaning="Background work of all stores of this installation: what waits for its turn, and what is being done now."
          >
            {(error && !queue) || queue?.data === null
              ? 'Not known'
              : queue &&
                `${formatCount(sum('waiting'))} waiting, ${formatCount(sum('active'))} running` +
                  (delayed ? `, ${formatCount(delayed)} to be tried again` : '')}
          </Fact>
        </SimpleGrid>
      </Stack>
    </Panel>
  );
}

/** Without children what it says is on its way. */
export function Fact({ term, meaning, children }: { term: string; meaning?: string; children: ReactNode }) {
  return (
    <div>
      <Text size="xs" c="dimmed" component="dt" style={{ display: 'flex', alignItems: 'center', minHeight: 24 }}>
        {term}
        {meaning && <Explain term={term} meaning={meaning} />}
      </Text>
      <Text size="sm" fw={600} component="dd" m={0} mih={22} className="figures">
        {children ?? <Skeleton h={18} w={60} mt={4} />}
      </Text>
    </div>
  );
}
