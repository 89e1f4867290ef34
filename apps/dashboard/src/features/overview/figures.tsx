import { Paper, Skeleton, Stack } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { Breakdown } from './breakdown.tsx';
import { ChartPanel } from './chart-panel.tsx';
import classes from './figures.module.css';
import { NoOrders } from './no-orders.tsx';
import type { OverviewSearch } from './periods.ts';
import type { OverviewFigures } from './queries.ts';
import { StatTile, TILE_HEIGHT } from './stat-tile.tsx';
import { TopCustomersPanel } from './top-customers.tsx';

const OtherCurrencies = lazy(() => import('./other-currencies.tsx'));
const TILES = ['revenue', 'orders', 'averageOrderValue', 'customers', 'units'] as const;

export function Figures(props: { figures: OverviewFigures; search: OverviewSearch; syncing: boolean }) {
  const { figures, search, syncing } = props;
  const { totals, otherCurrencies } = figures.totals;
  const before = figures.before?.totals.totals ?? null;
  return (
    <Stack gap="md">
      <div className={classes['tiles']}>
        {TILES.map((name) => (
          <StatTile key={name} name={name} current={totals[name]} before={before && before[name]} />
        ))}
      </div>
      {totals.orders === 0 && !syncing && <NoOrders search={search} inOthers={otherCurrencies.length > 0} />}
      <div className={classes['panels']}>
        <ChartPanel measure="revenue" figures={figures} />
        <Breakdown totals={totals} before={before} />
        <ChartPanel measure="orders" figures={figures} />
        <TopCustomersPanel customers={figures.customers.data} />
      </div>
      {otherCurrencies.length > 0 && (
        <Suspense>
          <OtherCurrencies currencies={otherCurrencies} />
        </Suspense>
      )}
    </Stack>
  );
}

/** Of the same measures as what comes in its place, so that nothing jumps. */
export function FiguresSkeleton() {
  return (
    <Stack gap="md" role="status" aria-label="Loading the figures" pt={24}>
      <div className={classes['tiles']}>
        {TILES.map((name) => (
          <Paper key={name} withBorder px="sm" py="md" h={TILE_HEIGHT}>
            <Skeleton h={10} w="45%" mb="md" />
            <Skeleton h={18} w="75%" mb="sm" />
            <Skeleton h={10} w="60%" />
          </Paper>
        ))}
      </div>
      <div className={classes['panels']}>
        {[1, 2, 3, 4].map((at) => (
          <Paper key={at} withBorder p="md" h={398}>
            <Skeleton h={14} w={160} mb="xl" />
            <Skeleton h={290} />
          </Paper>
        ))}
      </div>
    </Stack>
  );
}
