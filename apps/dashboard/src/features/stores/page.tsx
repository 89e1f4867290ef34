import { Card, Skeleton, Stack } from '@mantine/core';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Live } from '../live/use-live.ts';
import { ExploreDemo } from '../auth/explore-demo.tsx';
import { ConnectForm } from './connect-form.tsx';
import { useTenants } from './queries.ts';
import { StoreCard } from './store-card.tsx';
import { WaitingStores } from './waiting-stores.tsx';

/** A browser has few connections to one server. */
const STREAMS = 3;

export function StoresPage() {
  const { data: tenants, error, refetch } = useTenants();
  const open = tenants?.filter(({ lacksSecondFactor }) => !lacksSecondFactor) ?? [];
  const watched = [...new Set([...open.filter(({ activeRun }) => activeRun), ...open])].slice(0, STREAMS);
  return (
    <>
      <PageHead
        title="Stores"
        description="Each connected Shopify store, how fresh its figures are, and what is running."
      />
      {watched.map(({ id }) => (
        <Live key={id} tenantId={id} />
      ))}
      <Stack gap="md">
        {error && <Problem error={error} retry={() => void refetch()} />}
        {!tenants && !error && (
          <Card withBorder h={136} aria-busy>
            <Skeleton h={20} w={220} mb="sm" />
            <Skeleton h={14} w={300} mb="lg" />
            <Skeleton h={30} w={180} />
          </Card>
        )}
        {tenants?.map((tenant) => (
          <StoreCard key={tenant.id} tenant={tenant} />
        ))}
        <WaitingStores />
        <Panel title={tenants?.length ? 'Connect another store' : 'Connect your first store'}>
          <ConnectForm />
        </Panel>
        {tenants?.length === 0 && <ExploreDemo />}
      </Stack>
    </>
  );
}
