import { Group, Skeleton, Stack } from '@mantine/core';
import { permits, type Tenant } from '@xeno/contracts';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { LiveState } from '../live/live-state.tsx';
import { ChosenStore } from '../stores/chosen-store.tsx';
import { RunHistory } from '../stores/run-history.tsx';
import { StoreActions } from '../stores/store-actions.tsx';
import { StoreAdvice, StoreState } from '../stores/store-state.tsx';
import { SyncProgress } from '../stores/sync-progress.tsx';
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
  return (
    <ChosenStore title="Operations" to="/operations" search={search}>
      {(tenant) => <Operations key={tenant.id} tenant={tenant} search={search} />}
    </ChosenStore>
  );
}

function Operations({ tenant, search }: { tenant: Tenant; search: OperationsSearch }) {
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
          {permits(tenant.role, 'privacy:manage') && <Privacy tenant={tenant} />}
        </Suspense>
        <Panel title="Syncs">
          {tenant.activeRun && <SyncProgress run={tenant.activeRun} />}
          <RunHistory tenantId={tenant.id} except={tenant.activeRun?.id} />
        </Panel>
      </Stack>
    </>
  );
}
