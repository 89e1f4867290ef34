import '@mantine/charts/styles.css';
import { AreaChart } from '@mantine/charts';
import { Group, Paper, Text, useMantineTheme } from '@mantine/core';
import { useMemo } from 'react';
import { formatCountCompact, formatDay, formatMoneyCompact } from '../../lib/format.ts';
import type { Step } from './aggregate.ts';
import { labelOf, type Point } from './chart-points.ts';

interface Props {
  name: string;
  points: Point[];
  step: Step;
  write: (value: string) => string;
  /** Null for counts. */
  currencyCode: string | null;
}

/** Of the small labels, in px; some currencies are written by their code. */
const DIGIT_WIDTH = 6.6;

const TICKS = { day: 'tick', week: 'tickWithYear', month: 'month' } as const;

/** The only place where amounts become floats: a pixel is coarser than what that loses. */
export default function DayChart({ name, points, step, write, currencyCode }: Props) {
  const theme = useMantineTheme();
  const data = useMemo(
    () =>
      points.map((point) => ({
        ...point,
        currentY: point.current && Number(point.current.value),
        beforeY: point.before && Number(point.before.value),
      })),
    [points],
  );
  const compares = points.some(({ before }) => before);
  const writeTick = (value: number) =>
    currencyCode === null ? formatCountCompact(value) : formatMoneyCompact(value, currencyCode);
  const longest = Math.max(
    0,
    ...data.flatMap(({ currentY, beforeY }) => writeTick(Number(currentY ?? beforeY ?? 0)).length),
  );
  const tick = (x: string) => {
    const bucket = points[Number(x)]?.current ?? points[Number(x)]?.before;
    return bucket ? formatDay(bucket.from, TICKS[step]) : '';
  };

  return (
    <AreaChart
      h="100%"
      data={data}
      dataKey="x"
      series={[
        ...(compares
          ? [{ name: 'beforeY', label: 'Compared', color: 'var(--xeno-line-before)', strokeDasharray: '5 4' }]
          : []),
        { name: 'currentY', label: name, color: 'var(--xeno-line)' },
      ]}
      curveType="linear"
      withDots={points.length === 1}
      activeDotProps={{ r: 4 }}
      fillOpacity={0.12}
      areaProps={({ name }) => ({
        // Figures refresh under the reader's eyes: nothing may grow from zero each time.
        isAnimationActive: false,
        ...(name === 'beforeY' && { fill: 'none', strokeWidth: 1.5 }),
      })}
      areaChartProps={{ title: name, desc: summary(points, step, write), margin: { top: 8, right: 8 } }}
      tickLine="none"
      gridAxis="x"
      strokeDasharray="0"
      xAxisProps={{ tickFormatter: tick, minTickGap: 36, fontSize: theme.fontSizes.xs }}
      yAxisProps={{
        allowDecimals: currencyCode !== null,
        tickFormatter: (value: number) => writeTick(value),
        width: Math.max(62, Math.ceil(longest * DIGIT_WIDTH) + 12),
      }}
      tooltipProps={{
        content: ({ payload }) => {
          const point = payload?.[0]?.payload as Point | undefined;
          return point ? <PointTooltip point={point} step={step} write={write} /> : null;
        },
      }}
    />
  );
}

function PointTooltip({ point, step, write }: { point: Point } & Pick<Props, 'step' | 'write'>) {
  return (
    <Paper withBorder shadow="md" px="sm" py="xs" className="figures">
      {point.current && (
        <Group justify="space-between" gap="lg">
          <Text size="xs">{labelOf(point.current, step)}</Text>
          <Text size="sm" fw={650}>
            {write(point.current.value)}
          </Text>
        </Group>
      )}
      {point.before && (
        <Group justify="space-between" gap="lg" c="dimmed">
          <Text size="xs">{labelOf(point.before, step)}</Text>
          <Text size="sm">{write(point.before.value)}</Text>
        </Group>
      )}
    </Paper>
  );
}

/** What the picture says, for whoever cannot see it. */
function summary(points: Point[], step: Step, write: (value: string) => string): string {
  const buckets = points.flatMap(({ current }) => current ?? []);
  const highest = buckets.reduce<(typeof buckets)[number] | null>(
    (best, bucket) => (best && Number(best.value) >= Number(bucket.value) ? best : bucket),
    null,
  );
  if (!highest) return 'No figures in this period.';
  return `${buckets.length} points; the highest is ${write(highest.value)}, ${labelOf(highest, step)}. The table view has them all.`;
}
