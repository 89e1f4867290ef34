import { Alert, Badge, Box, Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { permits, type Finding, type FindingKind, type Reconciliation, type Tenant } from '@xeno/contracts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { formatCount } from '../../lib/format.ts';
import classes from '../../ui/list.module.css';
import { notify } from '../../ui/notify.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Problem } from '../../ui/problem.tsx';
import { When } from '../../ui/when.tsx';
import { findingsOf, reconciliationsOf, useReconcile } from './queries.ts';

const KINDS: Record<FindingKind, string> = {
  missing: 'Missing here',
  deleted: 'Deleted in Shopify',
  outdated: 'Another version',
  damaged: 'Damaged here',
  drift: 'A sum was wrong',
  day_total: 'A day differs from Shopify’s report',
  ledger_difference: 'Shopify’s figures disagree',
  unreadable: 'Could not be read',
};

const STREAMS = { orders: 'Order', customers: 'Customer', products: 'Product' };

/** Whether what is stored is what Shopify has. */
export function Reconciliations({ tenant }: { tenant: Tenant }) {
  const { data, error, isPending, refetch } = useQuery(reconciliationsOf(tenant.id));
  const reconcile = useReconcile(tenant.id);
  const [chosen, setChosen] = useState<string | null>(null);
  return (
    <Panel
      title="Comparison with Shopify"
      aside={
        permits(tenant.role, 'sync:run') && (
          <Button
            size="xs"
            variant="default"
            disabled={tenant.status !== 'connected'}
            loading={reconcile.isPending || data?.[0]?.status === 'running'}
            onClick={() =>
              reconcile.mutate(undefined, {
                onSuccess: () =>
                  void notify({ title: 'Comparing', message: 'It begins in a moment; what it finds appears here.' }),
              })
            }
          >
            Compare now
          </Button>
        )
      }
    >
      <Stack gap="sm">
        {reconcile.error && <Problem title="Not compared" error={reconcile.error} />}
        {isPending && <Skeleton h={80} />}
        {error && !data && <Problem error={error} retry={() => void refetch()} />}
        {data?.length === 0 && (
          <Text size="sm" c="dimmed">
            Not compared yet. It is done once a day; what differs is listed here and mended.
          </Text>
        )}
        {data?.map((one) => (
          <One
            key={one.id}
            tenantId={tenant.id}
            reconciliation={one}
            opened={chosen === one.id}
            toggle={() => setChosen(chosen === one.id ? null : one.id)}
          />
        ))}
      </Stack>
    </Panel>
  );
}

function One(props: { tenantId: string; reconciliation: Reconciliation; opened: boolean; toggle: () => void }) {
  const { tenantId, reconciliation: one, opened, toggle } = props;
  const { orders, customers, products, days } = one.compared;
  const state =
    one.status === 'running'
      ? { label: 'Running', color: 'indigo' }
      : one.status === 'failed'
        ? { label: 'Failed', color: 'red' }
        : one.findings === 0
          ? { label: 'All equal', color: 'teal' }
          : one.unmended === 0
            ? { label: `${formatCount(one.findings)} mended`, color: 'teal' }
            : { label: `${formatCount(one.unmended)} differ`, color: 'yellow' };
  return (
    <Stack gap={4}>
      <Group gap="sm" justify="space-between">
        <Text size="sm">
          <When instant={one.startedAt} />
        </Text>
        <Group gap="xs">
          <Badge color={state.color} variant="light" tt="none" radius="sm">
            {state.label}
          </Badge>
          {one.findings > 0 && (
            <Button size="compact-xs" variant="subtle" onClick={toggle} aria-expanded={opened}>
              {opened ? 'Hide' : 'Show'}
            </Button>
          )}
        </Group>
      </Group>
      <Text size="xs" c="dimmed" className="figures">
        {`${formatCount(orders)} orders, ${formatCount(customers)} customers, ${formatCount(products)} products, ${formatCount(days)} days`}
      </Text>
      {(one.error ?? one.notice) && (
        <Alert color={one.error ? 'red' : 'yellow'} p="xs">
          {one.error ?? one.notice}
        </Alert>
      )}
      {opened && <Findings tenantId={tenantId} reconciliationId={one.id} count={one.findings} />}
    </Stack>
  );
}

function Findings({
  tenantId,
  reconciliationId,
  count,
}: {
  tenantId: string;
  reconciliationId: string;
  count: number;
}) {
  const { data, error, refetch } = useQuery(findingsOf(tenantId, reconciliationId));
  if (error) return <Problem error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton h={80} />;
  return (
    <Stack gap={0}>
      <Box component="ul" className={classes['list']!}>
        {data.map((finding, i) => (
          <Row key={i} finding={finding} />
        ))}
      </Box>
      {data.length < count && (
        <Text size="xs" c="dimmed">{`The first ${formatCount(data.length)} of ${formatCount(count)}.`}</Text>
      )}
    </Stack>
  );
}

function Row({ finding }: { finding: Finding }) {
  const { kind, stream, expected, found, mended } = finding;
  const values = [expected && `In Shopify: ${expected}`, found && `Here: ${found}`].filter(Boolean);
  const of = finding.name ?? finding.shopifyId ?? finding.localDate;
  return (
    <Box component="li" className={classes['item']!}>
      <Group gap="xs">
        <Badge color={mended ? 'teal' : 'yellow'} variant="light" tt="none" radius="sm">
          {mended ? 'Mended' : 'Still so'}
        </Badge>
        <Text size="sm" fw={600}>
          {KINDS[kind]}
        </Text>
        <Text size="sm" dir="auto">
          {[stream && STREAMS[stream], of].filter(Boolean).join(' ')}
        </Text>
      </Group>
      {values.length > 0 && (
        <Text size="sm" c="dimmed" mt={4} dir="auto" className={`figures ${classes['message']}`}>
          {values.join(' · ')}
        </Text>
      )}
    </Box>
  );
}
