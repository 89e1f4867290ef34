import { Group, Skeleton, Stack } from '@mantine/core';
import type { Tenant } from '@xeno/contracts';
import { getRouteApi, Navigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect } from 'react';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Problem } from '../../ui/problem.tsx';
import { LiveState } from '../live/live-state.tsx';
import { useLive } from '../live/use-live.ts';
import { useTenants } from '../stores/queries.ts';
import { rememberedStore, rememberStore } from '../stores/remembered.ts';
import { RunHistory } from '../stores/run-history.tsx';
import { StoreActions } from '../stores/store-actions.tsx';
import { StoreAdvice, StoreState } from '../stores/store-state.tsx';
import { SyncProgress } from '../stores/sync-progress.tsx';
import { UnknownStore } from '../stores/unknown-store.tsx';
import type { OperationsSearch } from './search.ts';

const Freshness = lazy(() => import('./freshness.tsx').then((module) => ({ default: module.Freshness })));
const Webhooks = lazy(() => import('./webhooks.tsx').then((module) => ({ default: module.Webhooks })));
const Privacy = lazy(() => import('./privacy.tsx').then((module) => ({ default: module.Privacy })));
const Reconciliations = lazy(() =>
  import('./reconciliations.tsx').then((module) => ({ default: module.Reconciliations })),
);

const route = getRouteApi('/app/operations');

/** How a store's data comes in: runs, webhooks, comparisons with Shopify. */
export function OperationsPage() {
  const search = route.useSearch();
  const { store } = search;
  const { data: tenants, error, refetch } = useTenants();
  if (!tenants)
    return (
      <>
        <PageHead title="Operations" />
        {error ? <Problem error={error} retry={() => void refetch()} /> : <Skeleton h={420} />}
      </>
    );
  const [first] = tenants;
  if (!first) return <Navigate to="/" replace />;
  if (!store) {
    const remembered = tenants.find(({ id }) => id === rememberedStore());
    return <Navigate to="/operations" search={{ ...search, store: (remembered ?? first).id }} replace />;
  }
  const tenant = tenants.find(({ id }) => id === store);
  return tenant ? <Operations key={tenant.id} tenant={tenant} search={search} /> : <UnknownStore />;
}

function Operations({ tenant, search }: { tenant: Tenant; search: OperationsSearch }) {
  useLive(tenant.id);
  useEffect(() => rememberStore(tenant.id), [tenant.id]);
  return (
    <>
      <PageHead
        title="Operations"
        context={tenant.storeName}
        description="How this store’s data comes in, and how fresh it is."
      >
        <Group gap="xs">
          <LiveState tenant={tenant} />
          <StoreState tenant={tenant} />
          <StoreActions tenant={tenant} />
        </Group>
      </PageHead>
      <Stack gap="md">
        <StoreAdvice tenant={tenant} />
        <Suspense fallback={<Skeleton h={420} />}>
          <Freshness tenant={tenant} />
          <Webhooks tenant={tenant} search={search} />
          <Reconciliations tenant={tenant} />
          {tenant.role === 'admin' && <Privacy tenant={tenant} />}
        </Suspense>
        <Panel title="Syncs">
          {tenant.activeRun && <SyncProgress run={tenant.activeRun} />}
          <RunHistory tenantId={tenant.id} except={tenant.activeRun?.id} />
        </Panel>
      </Stack>
    </>
  );
}
