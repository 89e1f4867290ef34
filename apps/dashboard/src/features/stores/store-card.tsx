import { Alert, Anchor, Box, Card, Group, Stack, Text, Title } from '@mantine/core';
import type { Tenant } from '@xeno/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { When } from '../../ui/when.tsx';
import { LiveState } from '../live/live-state.tsx';
import { lastRunOf } from './queries.ts';
import { StoreActions } from './store-actions.tsx';
import { StoreAdvice, StoreState } from './store-state.tsx';
import { SyncProgress } from './sync-progress.tsx';

export function StoreCard({ tenant }: { tenant: Tenant }) {
  const { lacksSecondFactor } = tenant;
  return (
    <Card withBorder component="article" aria-label={tenant.storeName}>
      <Stack gap="md">
        <Group justify="space-between" align="flex-start" gap="sm">
          <Box miw={0} flex="1 1 16rem">
            <Group gap="sm" wrap="nowrap">
              <Title order={2} lineClamp={2} miw={0} dir="auto">
                <Anchor
                  component={Link}
                  {...({ to: '/stores/$id', params: { id: tenant.id } } as object)}
                  inherit
                  c="inherit"
                >
                  {tenant.storeName}
                </Anchor>
              </Title>
              <Group gap={6} wrap="nowrap" style={{ flexShrink: 0 }}>
                <StoreState tenant={tenant} />
                <LiveState tenant={tenant} quiet />
              </Group>
            </Group>
            <StoreFacts tenant={tenant} />
          </Box>
          {!lacksSecondFactor && <StoreActions tenant={tenant} />}
        </Group>
        {lacksSecondFactor ? (
          <SecondFactorAdvice />
        ) : (
          <>
            <StoreAdvice tenant={tenant} />
            {tenant.activeRun ? <SyncProgress run={tenant.activeRun} /> : <LastFailure tenant={tenant} />}
            <Group gap="md">
              <Anchor component={Link} {...({ to: '/', search: { store: tenant.id } } as object)} size="sm" fw={600}>
                See its figures
              </Anchor>
              <Anchor component={Link} {...({ to: '/stores/$id', params: { id: tenant.id } } as object)} size="sm">
                Sync history
              </Anchor>
            </Group>
          </>
        )}
      </Stack>
    </Card>
  );
}

function SecondFactorAdvice() {
  return (
    <Alert color="yellow" title="A second factor is needed">
      <Text size="sm">
        This store is shown to members with a second factor only. Set one up under{' '}
        <Anchor component={Link} to="/profile" inherit>
          Profile and security
        </Anchor>
        .
      </Text>
    </Alert>
  );
}

export function StoreFacts({ tenant }: { tenant: Tenant }) {
  return (
    <Text size="sm" c="dimmed" component="div" style={{ overflowWrap: 'anywhere' }}>
      {[tenant.shopDomain, tenant.currencyCode, tenant.timezone].filter(Boolean).join(' · ')}
      <br />
      {tenant.lastSyncAt ? (
        <>
          Last sync <When instant={tenant.lastSyncAt} />
        </>
      ) : (
        'Not synced yet'
      )}
    </Text>
  );
}

/** What the last run ended with, where it did not end well. */
export function LastFailure({ tenant }: { tenant: Tenant }) {
  const { data: run } = useQuery(lastRunOf(tenant.id));
  const notice = run?.status === 'failed' ? (run.error ?? 'The sync failed.') : run?.notice;
  if (!run || !notice) return null;
  const failed = run.status === 'failed';
  return (
    <Alert
      color={failed ? 'red' : 'yellow'}
      title={failed ? 'The last sync failed' : 'The last sync was limited'}
      style={{ whiteSpace: 'pre-line' }}
    >
      <Text size="sm" dir="auto">
        {notice}
      </Text>
    </Alert>
  );
}
