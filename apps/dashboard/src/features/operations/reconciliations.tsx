import { Alert, Badge, Button, Group, Skeleton, Stack, Table, Text } from '@mantine/core';
import type { Finding, FindingKind, Reconciliation, Tenant } from '@xeno/contracts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { formatCount } from '../../lib/format.ts';
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

/** Whether what is stored is what Shopify has. */
export function Reconciliations({ tenant }: { tenant: Tenant }) {
  const { data, error, isPending, refetch } = useQuery(reconciliationsOf(tenant.id));
  const reconcile = useReconcile(tenant.id);
  const [chosen, setChosen] = useState<string | null>(null);
  return (
    <Panel
      title="Comparison with Shopify"
      aside={
        <Button
          size="xs"
          variant="default"
          disabled={tenant.status !== 'connected'}
          loading={reconcile.isPending || data?.[0]?.status === 'running'}
          onClick={() => reconcile.mutate(undefined)}
        >
          Compare now
        </Button>
      }
    >
      <Stack gap="sm">
        {reconcile.error && <Problem error={reconcile.error} />}
        {isPending && <Skeleton h={80} />}
        {error && !data && <Problem error={error} retry={() => void refetch()} />}
        {data?.length === 0 && (
          <Text size="sm" c="dimmed">
            Not compared yet. It is done once a day; what differs is listed here and repaired.
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
          <Badge color={state.color} variant="light">
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
      {opened && <Findings tenantId={tenantId} reconciliationId={one.id} />}
    </Stack>
  );
}

function Findings({ tenantId, reconciliationId }: { tenantId: string; reconciliationId: string }) {
  const { data, error, refetch } = useQuery(findingsOf(tenantId, reconciliationId));
  if (error) return <Problem error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton h={80} />;
  return (
    <Table.ScrollContainer minWidth={520}>
      <Table verticalSpacing={4} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>What</Table.Th>
            <Table.Th>Of</Table.Th>
            <Table.Th>In Shopify</Table.Th>
            <Table.Th>Here</Table.Th>
            <Table.Th>Now</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.map((finding, i) => (
            <Row key={i} finding={finding} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

const Row = ({ finding }: { finding: Finding }) => (
  <Table.Tr>
    <Table.Td>{KINDS[finding.kind]}</Table.Td>
    <Table.Td style={{ overflowWrap: 'anywhere' }}>
      {finding.name ?? finding.shopifyId ?? finding.localDate}
      {finding.stream && ` (${finding.stream})`}
    </Table.Td>
    <Table.Td style={{ overflowWrap: 'anywhere' }}>{finding.expected ?? '–'}</Table.Td>
    <Table.Td style={{ overflowWrap: 'anywhere' }}>{finding.found ?? '–'}</Table.Td>
    <Table.Td>{finding.mended ? 'Mended' : 'Still so'}</Table.Td>
  </Table.Tr>
);
