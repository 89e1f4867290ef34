import { Skeleton, Stack } from '@mantine/core';
import type { Tenant } from '@xeno/contracts';
import { getRouteApi, Navigate } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Problem } from '../../ui/problem.tsx';
import { LiveState } from '../live/live-state.tsx';
import { useLive } from '../live/use-live.ts';
import { useTenants } from '../stores/queries.ts';
import { rememberedStore } from '../stores/remembered.ts';
import { RunHistory } from '../stores/run-history.tsx';
import { StoreActions } from '../stores/store-actions.tsx';
import { StoreAdvice, StoreState } from '../stores/store-state.tsx';
import { SyncProgress } from '../stores/sync-progress.tsx';
import { UnknownStore } from '../stores/unknown-store.tsx';

const Webhooks = lazy(() => import('./webhooks.tsx').then((module) => ({ default: module.Webhooks })));
const Reconciliations = lazy(() =>
  import('./reconciliations.tsx').then((module) => ({ default: module.Reconciliations })),
);

const route = getRouteApi('/app/operations');

/** How a store's data comes in: runs, webhooks, comparisons with Shopify. */
export function OperationsPage() {
  const { store } = route.useSearch();
  const { data: tenants, error, refetch } = useTenants();
  if (!tenants) return error ? <Problem error={error} retry={() => void refetch()} /> : <Skeleton h={220} />;
  const [first] = tenants;
  if (!first) return <Navigate to="/" replace />;
  if (!store) {
    const remembered = tenants.find(({ id }) => id === rememberedStore());
    return <Navigate to="/operations" search={{ store: (remembered ?? first).id }} replace />;
  }
  const tenant = tenants.find(({ id }) => id === store);
  return tenant ? <Operations key={tenant.id} tenant={tenant} /> : <UnknownStore />;
}

function Operations({ tenant }: { tenant: Tenant }) {
  useLive(tenant.id);
  return (
    <>
      <PageHead title="Operations" context={tenant.storeName} description="How the store’s data comes in">
        <LiveState tenant={tenant} />
        <StoreState tenant={tenant} />
        <StoreActions tenant={tenant} />
      </PageHead>
      <Stack gap="md">
        <StoreAdvice tenant={tenant} />
        <Suspense fallback={<Skeleton h={420} />}>
          <Webhooks tenant={tenant} />
          <Reconciliations tenant={tenant} />
        </Suspense>
        <Panel title="Syncs">
          {tenant.activeRun && <SyncProgress run={tenant.activeRun} />}
          <RunHistory tenantId={tenant.id} except={tenant.activeRun?.id} />
        </Panel>
      </Stack>
    </>
  );
}
