import { Button, Group, Skeleton, Stack } from '@mantine/core';
import type { Tenant } from '@xeno/contracts';
import { getRouteApi, Link } from '@tanstack/react-router';
import { IconChartLine } from '@tabler/icons-react';
import { useEffect } from 'react';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Problem } from '../../ui/problem.tsx';
import { LiveState } from '../live/live-state.tsx';
import { useLive } from '../live/use-live.ts';
import { useTenants } from './queries.ts';
import { rememberStore } from './remembered.ts';
import { RunHistory } from './run-history.tsx';
import { SecondFactorNeeded } from './second-factor-needed.tsx';
import { StoreActions } from './store-actions.tsx';
import { LastFailure, StoreFacts } from './store-card.tsx';
import { StoreAdvice, StoreState } from './store-state.tsx';
import { SyncProgress } from './sync-progress.tsx';
import { UnknownStore } from './unknown-store.tsx';

const route = getRouteApi('/app/stores/$id');

export function StorePage() {
  const { id } = route.useParams();
  const { data: tenants, error, refetch } = useTenants();
  const tenant = tenants?.find((tenant) => tenant.id === id);
  useEffect(() => {
    if (tenant) rememberStore(tenant.id);
  }, [tenant]);
  if (tenant?.lacksSecondFactor) return <SecondFactorNeeded tenant={tenant} />;
  if (tenant) return <Store key={id} tenant={tenant} />;
  if (tenants) return <UnknownStore id={id} />;
  return error ? <Problem error={error} retry={() => void refetch()} /> : <Skeleton h={220} />;
}

function Store({ tenant }: { tenant: Tenant }) {
  useLive(tenant.id);
  return (
    <>
      <PageHead title={tenant.storeName} context="Store" description={<StoreFacts tenant={tenant} />}>
        <Group gap="xs">
          <LiveState tenant={tenant} />
          <StoreState tenant={tenant} />
          <StoreActions tenant={tenant} />
          <Button
            size="xs"
            component={Link}
            {...({ to: '/', search: { store: tenant.id } } as object)}
            leftSection={<IconChartLine size={16} aria-hidden />}
          >
            {tenant.lastSyncAt ? 'See its figures' : 'See the figures so far'}
          </Button>
        </Group>
      </PageHead>
      <Stack gap="md">
        <StoreAdvice tenant={tenant} />
        {tenant.activeRun ? (
          <Panel title={tenant.lastSyncAt ? 'Syncing now' : 'First sync is running'}>
            <SyncProgress run={tenant.activeRun} />
          </Panel>
        ) : (
          <LastFailure tenant={tenant} />
        )}
        <Panel title="Sync history">
          <RunHistory tenantId={tenant.id} except={tenant.activeRun?.id} />
        </Panel>
      </Stack>
    </>
  );
}
