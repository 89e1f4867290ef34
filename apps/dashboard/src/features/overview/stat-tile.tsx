import { Group, Paper, Text } from '@mantine/core';
import type { Money } from '@xeno/contracts';
import { IconArrowDownRight, IconArrowRight, IconArrowUpRight } from '@tabler/icons-react';
import { formatCount, formatMoney, formatPermille, formatSignedCount } from '../../lib/format.ts';
import { change } from '../../lib/money.ts';
import { Explain } from '../../ui/explain.tsx';
import { DEFINITIONS } from './definitions.ts';

type Value = Money | number;
const write = (value: Value) => (typeof value === 'number' ? formatCount(value) : formatMoney(value));
const exact = (value: Value) => (typeof value === 'number' ? String(value) : value.amount);

export function StatTile(props: {
  name: 'revenue' | 'orders' | 'averageOrderValue' | 'customers' | 'units';
  current: Value;
  before: Value | null;
  mih: number;
}) {
  const { name, current, before, mih } = props;
  const { label, meaning } = DEFINITIONS[name];
  const text = write(current);
  return (
    <Paper withBorder p="sm" px="md" mih={mih} component="section" aria-label={label} data-testid={`stat-${name}`}>
      <Group justify="space-between" gap={4} wrap="nowrap">
        <Text size="sm" c="dimmed" fw={500} component="h2" truncate>
          {label}
        </Text>
        <Explain term={label} meaning={meaning} />
      </Group>
      <Text
        data-testid="stat-value"
        className="figures"
        fw={650}
        // Millions of yen still fit into a phone's half width.
        fz={text.length > 17 ? 16 : text.length > 12 ? 20 : 24}
        lh="34px"
        style={{ overflowWrap: 'anywhere' }}
      >
        {text}
      </Text>
      {before !== null && <Delta current={current} before={before} />}
    </Paper>
  );
}

/** The change against the compared period, exact and as a share of it. */
function Delta({ current, before }: { current: Value; before: Value }) {
  const { difference, permille } = change(exact(current), exact(before));
  const [Icon, color, word] = difference.startsWith('-')
    ? ([IconArrowDownRight, 'var(--xeno-worse)', 'down'] as const)
    : /^[0.]+$/.test(difference)
      ? ([IconArrowRight, 'dimmed', 'unchanged'] as const)
      : ([IconArrowUpRight, 'var(--xeno-better)', 'up'] as const);
  return (
    <Group gap={4} wrap="nowrap" c={color} className="figures" title={`before: ${write(before)}`}>
      <Icon size={16} role="img" aria-label={word} style={{ flexShrink: 0 }} />
      <Text size="sm" fw={600}>
        {formatPermille(permille)}
      </Text>
      <Text size="xs" c="dimmed" truncate>
        {typeof current === 'number'
          ? formatSignedCount(difference)
          : formatMoney({ ...current, amount: difference }, '±')}
      </Text>
    </Group>
  );
}
