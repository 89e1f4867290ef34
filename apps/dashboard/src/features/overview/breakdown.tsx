import { Box, Divider, Group, Text } from '@mantine/core';
import type { Money, Totals } from '@xeno/contracts';
import { formatMoney, formatPermille } from '../../lib/format.ts';
import { isZero } from '../../lib/money.ts';
import { Explain } from '../../ui/explain.tsx';
import { Panel } from '../../ui/panel.tsx';
import { DEFINITIONS } from './definitions.ts';
import { growth } from './growth.ts';

const ROWS = [
  'gross',
  'discounts',
  'returns',
  'net',
  'shipping',
  'tax',
  'duties',
  'fees',
  'adjustments',
  'revenue',
] as const;
const BESIDE = ['giftCards', 'tips'] as const;
type Row = (typeof ROWS)[number] | (typeof BESIDE)[number];

const SUMS = new Set<Row>(['net', 'revenue']);
const ONLY_IF_ANY = new Set<Row>(['duties', 'fees', 'adjustments', 'giftCards', 'tips']);
/** Beyond this, an amount needs the room of the change beside it. */
const LONG = 15;

/** How gross sales become revenue, line by line. */
export function Breakdown({ totals, before }: { totals: Totals; before: Totals | null }) {
  const isShown = (row: Row) =>
    !ONLY_IF_ANY.has(row) || !isZero(totals[row].amount) || (before !== null && !isZero(before[row].amount));
  const compared = ROWS.some((row) => formatMoney(totals[row]).length > LONG) ? null : before;
  const line = (row: Row) => <Line key={row} name={row} value={totals[row]} before={compared?.[row]} />;
  const beside = BESIDE.filter(isShown);
  return (
    <Panel title="From gross sales to revenue" h="100%">
      {ROWS.filter(isShown).map(line)}
      {beside.length > 0 && (
        <Text size="xs" c="dimmed" mt="sm">
          Beside the revenue
        </Text>
      )}
      {beside.map(line)}
    </Panel>
  );
}

function Line({ name, value, before }: { name: Row; value: Money; before: Money | undefined }) {
  const { label, meaning } = DEFINITIONS[name];
  const isSum = SUMS.has(name);
  const weight = isSum ? 650 : 400;
  return (
    <Box>
      {isSum && <Divider my={2} />}
      <Group justify="space-between" gap="xs" wrap="nowrap" mih={32}>
        <Group gap={2} wrap="nowrap" miw={0}>
          <Text size="sm" fw={weight} truncate>
            {label}
          </Text>
          <Explain term={label} meaning={meaning} />
        </Group>
        <Group gap={8} wrap="nowrap" className="figures">
          <Text size="sm" fw={weight} style={{ whiteSpace: 'nowrap' }}>
            {formatMoney(value)}
          </Text>
          {before && (
            <Text size="xs" c="dimmed" w={54} ta="right" title={`before: ${formatMoney(before)}`}>
              {formatPermille(growth(name, value, before))}
            </Text>
          )}
        </Group>
      </Group>
    </Box>
  );
}
