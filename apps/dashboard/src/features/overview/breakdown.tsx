import { Box, Divider, Group, Text } from '@mantine/core';
import type { Money, Totals } from '@xeno/contracts';
import { formatMoney, formatPermille } from '../../lib/format.ts';
import { change, isZero } from '../../lib/money.ts';
import { Explain } from '../../ui/explain.tsx';
import { Panel } from '../../ui/panel.tsx';
import { DEFINITIONS } from './definitions.ts';

type Row =
  'gross' | 'discounts' | 'returns' | 'net' | 'shipping' | 'tax' | 'duties' | 'fees' | 'adjustments' | 'revenue';
const ROWS: Row[] = [
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
];
const SUMS = new Set<string>(['net', 'revenue']);
const ONLY_IF_ANY = new Set<string>(['duties', 'fees', 'adjustments']);

/** How gross sales become revenue, line by line. */
export function Breakdown({ totals, before }: { totals: Totals; before: Totals | null }) {
  const shown = ROWS.filter(
    (row) => !ONLY_IF_ANY.has(row) || !isZero(totals[row].amount) || (before && !isZero(before[row].amount)),
  );
  const beside = (['giftCards', 'tips'] as const).filter((row) => !isZero(totals[row].amount));
  return (
    <Panel title="From gross sales to revenue" h="100%">
      {shown.map((row) => (
        <Line key={row} name={row} value={totals[row]} before={before?.[row]} isSum={SUMS.has(row)} />
      ))}
      {beside.length > 0 && (
        <>
          <Text size="xs" c="dimmed" mt="sm">
            Beside the revenue
          </Text>
          {beside.map((row) => (
            <Line key={row} name={row} value={totals[row]} before={before?.[row]} isSum={false} />
          ))}
        </>
      )}
    </Panel>
  );
}

function Line(props: { name: keyof typeof DEFINITIONS; value: Money; before: Money | undefined; isSum: boolean }) {
  const { name, value, before, isSum } = props;
  const { label, meaning } = DEFINITIONS[name];
  return (
    <Box>
      {isSum && <Divider my={2} />}
      <Group justify="space-between" gap="xs" wrap="nowrap" mih={32}>
        <Group gap={2} wrap="nowrap" miw={0}>
          <Text size="sm" fw={isSum ? 650 : 400} truncate>
            {label}
          </Text>
          <Explain term={label} meaning={meaning} />
        </Group>
        <Group gap={8} wrap="nowrap" className="figures">
          <Text size="sm" fw={isSum ? 650 : 400} ta="right" style={{ overflowWrap: 'anywhere' }}>
            {formatMoney(value)}
          </Text>
          {before && (
            <Text size="xs" c="dimmed" w={58} ta="right" title={`before: ${formatMoney(before)}`}>
              {formatPermille(change(value.amount, before.amount).permille)}
            </Text>
          )}
        </Group>
      </Group>
    </Box>
  );
}
