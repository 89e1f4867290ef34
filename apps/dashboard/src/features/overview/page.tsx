import { Skeleton } from '@mantine/core';
import { getRouteApi, Navigate } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { PageHead } from '../../ui/page-head.tsx';
import { Problem } from '../../ui/problem.tsx';
import { useTenants } from '../stores/queries.ts';
import { rememberedStore } from '../stores/remembered.ts';
import { SecondFactorNeeded } from '../stores/second-factor-needed.tsx';
import { UnknownStore } from '../stores/unknown-store.tsx';
import { FiguresSkeleton } from './figures.tsx';
import { StoreOverview } from './store-overview.tsx';

const FirstRun = lazy(() => import('./first-run.tsx'));
const route = getRouteApi('/app/');

export function OverviewPage() {
  const search = route.useSearch();
  const { data: tenants, error, refetch } = useTenants();
  if (!tenants)
    return (
      <>
        <PageHead title="Overview" />
        {error ? <Problem error={error} retry={() => void refetch()} /> : <FiguresSkeleton />}
      </>
    );
  const [first] = tenants;
  if (!first)
    return (
      <Suspense fallback={<Skeleton h={320} maw={720} mx="auto" mt={100} />}>
        <FirstRun />
      </Suspense>
    );
  if (!search.store) {
    const remembered = rememberedStore();
    const store = tenants.find(({ id }) => id === remembered) ?? tenants.find(({ isActive }) => isActive) ?? first;
    return <Navigate to="/" search={{ ...search, store: store.id }} replace />;
  }
  const tenant = tenants.find(({ id }) => id === search.store);
  if (!tenant) return <UnknownStore id={search.store} />;
  if (tenant.lacksSecondFactor) return <SecondFactorNeeded tenant={tenant} />;
  // The key makes another store another page: nothing of the former one can stay on it.
  return <StoreOverview key={tenant.id} tenant={tenant} search={search} />;
}
