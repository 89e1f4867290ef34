import { Alert, Box, Stack, Text } from '@mantine/core';
import type { Tenant } from '@xeno/contracts';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { now } from '../../lib/clock.ts';
import { dayIn } from '../../lib/dates.ts';
import { formatDays } from '../../lib/format.ts';
import { PageHead } from '../../ui/page-head.tsx';
import { Problem } from '../../ui/problem.tsx';
import { useTicking } from '../../ui/use-ticking.ts';
import { When } from '../../ui/when.tsx';
import { LiveState } from '../live/live-state.tsx';
import { useLive, useStanding } from '../live/use-live.ts';
import { completeFrom, isBlank, isPartial } from '../stores/progress.ts';
import { rememberStore } from '../stores/remembered.ts';
import { StoreAdvice } from '../stores/store-state.tsx';
import { Figures, FiguresSkeleton } from './figures.tsx';
import { FirstSyncBanner } from './first-sync-banner.tsx';
import { PeriodPicker } from './period-picker.tsx';
import { comparedRange, rangeOf, type OverviewSearch } from './periods.ts';
import { figuresOf } from './queries.ts';

export function StoreOverview({ tenant, search }: { tenant: Tenant; search: OverviewSearch }) {
  // The day turns over in the store while the page stays open.
  useTicking(30_000);
  const timeZone = tenant.timezone ?? 'UTC';
  const range = rangeOf(search, timeZone, now());
  const wanted = comparedRange(search, range);
  // Against a past that is not all in, everything would seem to have grown.
  const waits = wanted !== null && isPartial(tenant) && wanted.from < (completeFrom(tenant) ?? '9999');
  const compared = waits ? null : wanted;
  useLive(tenant.id);
  const standing = useStanding(tenant.id);
  const { data, error, isPlaceholderData, refetch } = useQuery(
    figuresOf(tenant.id, range, compared, tenant.activeRun !== null && !standing),
  );
  const blank = isBlank(tenant);
  useEffect(() => rememberStore(tenant.id), [tenant.id]);

  return (
    <>
      <PageHead
        title="Overview"
        context={tenant.storeName}
        description={
          data?.totals.asOf ? (
            <>
              As of <When instant={data.totals.asOf} />
            </>
          ) : data ? (
            blank ? (
              'Nothing fetched yet'
            ) : (
              'Not all is fetched yet'
            )
          ) : (
            !error && 'Loading …'
          )
        }
      >
        <LiveState tenant={tenant} />
        <PeriodPicker search={search} timeZone={timeZone} />
      </PageHead>
      <Stack gap="md">
        <StoreAdvice tenant={tenant} />
        <FirstSyncBanner tenant={tenant} />
        {error && data && (
          <Alert color="yellow" title="The figures could not be refreshed" role="status">
            {error.message} What is shown is the last that could be fetched.
          </Alert>
        )}
        {error && !data && <Problem error={error} retry={() => void refetch()} />}
        {(data ? blank : !error) && <FiguresSkeleton />}
        {data && !blank && (
          <Box className={isPlaceholderData ? 'stale' : undefined} aria-busy={isPlaceholderData}>
            <Text size="xs" c="dimmed" mb={6} className="figures">
              {data.range ? formatDays(data.range.from, data.range.to) : 'All time, up to now'}
              {data.range?.to === dayIn(timeZone, now()) && ', today so far'}
              {data.compared && `, compared with ${formatDays(data.compared.from, data.compared.to)}`}
              {waits && `; the comparison follows when ${formatDays(wanted.from, wanted.to)} is in`}
              {`. Days are the store’s own (${timeZone.replaceAll('_', ' ')}).`}
            </Text>
            <Figures figures={data} search={search} syncing={tenant.activeRun !== null} />
          </Box>
        )}
      </Stack>
    </>
  );
}
