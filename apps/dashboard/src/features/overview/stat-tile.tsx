import { Box, Group, Paper, Text } from '@mantine/core';
import type { Money } from '@xeno/contracts';
import { IconArrowDownRight, IconArrowRight, IconArrowUpRight } from '@tabler/icons-react';
import type { CSSProperties } from 'react';
import { formatCount, formatMoney, formatPermille, formatSignedCount } from '../../lib/format.ts';
import { change, isZero } from '../../lib/money.ts';
import { Explain } from '../../ui/explain.tsx';
import fitted from '../../ui/fitted.module.css';
import { DEFINITIONS } from './definitions.ts';

export const TILE_HEIGHT = 112;

type Value = Money | number;
const write = (value: Value) => (typeof value === 'number' ? formatCount(value) : formatMoney(value));
const exact = (value: Value) => (typeof value === 'number' ? String(value) : value.amount);
/** Millions of yen still fit into a phone's half width. */
const fit = (text: string, to: number) => ({ '--fit': text.length, '--fit-to': `${to}px` }) as CSSProperties;

export function StatTile(props: {
  name: 'revenue' | 'orders' | 'averageOrderValue' | 'customers' | 'units';
  current: Value;
  before: Value | null;
}) {
  const { name, current, before } = props;
  const { label, meaning } = DEFINITIONS[name];
  const text = write(current);
  return (
    <Paper
      withBorder
      px="sm"
      py="xs"
      mih={TILE_HEIGHT}
      component="section"
      aria-label={label}
      data-testid={`stat-${name}`}
    >
      <Group justify="space-between" gap={2} wrap="nowrap" mih={32}>
        <Text fz={13} c="dimmed" fw={500} component="h2" lh={1.2}>
          {label}
        </Text>
        <Explain term={label} meaning={meaning} />
      </Group>
      <Box className={fitted['container']!}>
        <Text
          data-testid="stat-value"
          className={fitted['text']!}
          style={fit(text, 24)}
          fw={650}
          c="bright"
          lh="34px"
          title={text}
        >
          {text}
        </Text>
        {before !== null && <Delta current={current} before={before} />}
      </Box>
    </Paper>
  );
}

/** The change against the compared period, as a share of it and exact. */
function Delta({ current, before }: { current: Value; before: Value }) {
  const { difference, permille } = change(exact(current), exact(before));
  const [Icon, color, word] = difference.startsWith('-')
    ? ([IconArrowDownRight, 'var(--xeno-worse)', 'down'] as const)
    : isZero(difference)
      ? ([IconArrowRight, 'dimmed', 'unchanged'] as const)
      : ([IconArrowUpRight, 'var(--xeno-better)', 'up'] as const);
  const share = formatPermille(permille);
  const by =
    typeof current === 'number' ? formatSignedCount(difference) : formatMoney({ ...current, amount: difference }, '±');
  return (
    <Group gap={4} wrap="nowrap" c={color} title={`${by}, before: ${write(before)}`}>
      <Icon size={15} role="img" aria-label={word} style={{ flexShrink: 0 }} />
      <Text component="div" className={fitted['text']!} style={fit(`${share} ${by}   `, 13)} lh="20px">
        <strong>{share}</strong>{' '}
        <Text span inherit c="dimmed">
          {by}
        </Text>
      </Text>
    </Group>
  );
}
