import { Box, Button, Group, Skeleton, Text } from '@mantine/core';
import { IconChartLine, IconTable } from '@tabler/icons-react';
import { lazy, Suspense, useMemo, useState } from 'react';
import { formatCount, formatDays, formatMoney } from '../../lib/format.ts';
import { Panel } from '../../ui/panel.tsx';
import type { Step } from './aggregate.ts';
import classes from './chart-panel.module.css';
import { pointsOf, type ChartMeasure } from './chart-points.ts';
import type { Range } from './periods.ts';
import type { OverviewFigures } from './queries.ts';

const DayChart = lazy(() => import('./day-chart.tsx'));
const PointsTable = lazy(() => import('./points-table.tsx'));

const TITLES: Record<ChartMeasure, Record<Step, string>> = {
  revenue: { day: 'Revenue per day', week: 'Revenue per week', month: 'Revenue per month' },
  orders: { day: 'Orders per day', week: 'Orders per week', month: 'Orders per month' },
};
const NOTES: Record<Step, string | null> = {
  day: null,
  week: 'Each point is the exact sum of 7 days, counted from the first day of the period.',
  month: 'Each point is the exact sum of a calendar month, as far as the period reaches.',
};

/** A measure over time, as a chart or as a table. */
export function ChartPanel({ measure, figures }: { measure: ChartMeasure; figures: OverviewFigures }) {
  const [view, setView] = useState<'chart' | 'table'>('chart');
  const { days, before, range, compared } = figures;
  const { step, points } = useMemo(() => pointsOf(measure, days, before?.days ?? null), [measure, days, before?.days]);
  const currencyCode = days.currencyCode ?? 'XXX';
  const write = (value: string) =>
    measure === 'orders' ? formatCount(Number(value)) : formatMoney({ amount: value, currencyCode });
  const name = TITLES[measure][step];
  const other = view === 'chart' ? 'table' : 'chart';

  return (
    <Panel
      title={name}
      className={classes['panel']!}
      data-testid={`chart-${measure}`}
      aside={
        <Button
          size="compact-xs"
          variant="default"
          leftSection={view === 'chart' ? <IconTable size={14} aria-hidden /> : <IconChartLine size={14} aria-hidden />}
          aria-label={`${name}: show as ${other}`}
          onClick={() => setView(other)}
        >
          {other === 'table' ? 'Table' : 'Chart'}
        </Button>
      }
    >
      <Legend range={range} compared={compared} />
      <Box className={classes['plot']!}>
        {points.length === 0 ? (
          <Text size="sm" c="dimmed" pt="xl" ta="center">
            Nothing to draw yet.
          </Text>
        ) : (
          <Suspense fallback={<Skeleton h="100%" />}>
            {view === 'table' ? (
              <PointsTable name={name} points={points} step={step} write={write} />
            ) : (
              <DayChart
                name={name}
                points={points}
                step={step}
                write={write}
                currencyCode={measure === 'revenue' ? currencyCode : null}
              />
            )}
          </Suspense>
        )}
      </Box>
      {NOTES[step] && (
        <Text size="xs" c="dimmed" mt={6}>
          {NOTES[step]}
        </Text>
      )}
    </Panel>
  );
}

function Legend({ range, compared }: { range: Range | null; compared: Range | null }) {
  return (
    <Group gap="4px 16px" mb={6}>
      <Key line="2px solid var(--xeno-line)">{range ? formatDays(range.from, range.to) : 'All time'}</Key>
      {compared && <Key line="2px dashed var(--xeno-line-before)">{formatDays(compared.from, compared.to)}</Key>}
    </Group>
  );
}

function Key({ line, children }: { line: string; children: string }) {
  return (
    <Group gap={6} wrap="nowrap">
      <Box w={18} style={{ borderTop: line }} />
      <Text size="xs" c="dimmed" className="figures">
        {children}
      </Text>
    </Group>
  );
}
