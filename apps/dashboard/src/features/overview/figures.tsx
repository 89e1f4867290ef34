import { Skeleton, Stack } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { Breakdown } from './breakdown.tsx';
import { ChartPanel } from './chart-panel.tsx';
import classes from './figures.module.css';
import { NoOrders } from './no-orders.tsx';
import type { OverviewSearch } from './periods.ts';
import type { OverviewFigures } from './queries.ts';
import { StatTile } from './stat-tile.tsx';
import { TopCustomersPanel } from './top-customers.tsx';

const OtherCurrencies = lazy(() => import('./other-currencies.tsx'));
const TILES = ['revenue', 'orders', 'averageOrderValue', 'customers', 'units'] as const;
const TILE_HEIGHT = 112;

export function Figures(props: { figures: OverviewFigures; search: OverviewSearch; syncing: boolean }) {
  const { figures, search, syncing } = props;
  const { totals, otherCurrencies } = figures.totals;
  const before = figures.before?.totals.totals ?? null;
  return (
    <Stack gap="md">
      <div className={classes['tiles']}>
        {TILES.map((name) => (
          <StatTile key={name} name={name} current={totals[name]} before={before && before[name]} mih={TILE_HEIGHT} />
        ))}
      </div>
      {totals.orders === 0 && !syncing && <NoOrders search={search} />}
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
    <Stack gap="md" aria-busy aria-label="Loading the figures" pt={24}>
      <div className={classes['tiles']}>
        {TILES.map((name) => (
          <Skeleton key={name} h={TILE_HEIGHT} />
        ))}
      </div>
      <div className={classes['panels']}>
        {[1, 2, 3, 4].map((at) => (
          <Skeleton key={at} h={398} />
        ))}
      </div>
    </Stack>
  );
}
