import { live, type LiveEvents, type Tenant } from '@xeno/contracts';
import { skipToken, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { pathOf } from '../../lib/api.ts';
import { listen } from '../../lib/event-stream.ts';
import { standingOf, tenants } from '../stores/queries.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** Keeps what is shown of a store true while it is shown: what has changed is asked for again. */
export function useLive(tenantId: string): void {
  const client = useQueryClient();
  useEffect(() => {
    const known = () => client.getQueryData(tenants.queryKey)?.find(({ id }) => id === tenantId);
    const refreshStores = () => void client.invalidateQueries({ queryKey: tenants.queryKey });
    const figures = oneAtATime(
      () => client.invalidateQueries({ queryKey: ['tenant', tenantId, 'figures'] }),
      // a sync changes them all the time; they need not be followed at every step
      () => (known()?.activeRun ? 2_000 : 200),
    );

    let broken = false;
    const stop = listen(pathOf(live.events, { id: tenantId }), {
      onEvent(name: keyof LiveEvents, data) {
        // what has become of the store, or of one's role in it, while nothing was heard
        if (broken) refreshStores();
        broken = false;
        switch (name) {
          case 'figures':
            figures.run();
            break;
          case 'sync': {
            const before = known();
            const now = data as LiveEvents['sync'];
            client.setQueryData(tenants.queryKey, (all: Tenant[] | undefined) =>
              all?.map((tenant) => (tenant.id === tenantId ? { ...tenant, ...now } : tenant)),
            );
            // what has ended leaves more than its progress
            if (before?.activeRun && !now.activeRun) refreshStores();
            break;
          }
          case 'tenant': {
            const now = data as LiveEvents['tenant'];
            const before = known();
            client.setQueryData(standingOf(tenantId), now);
            if (before && (before.status !== now.status || (before.webhooks?.status ?? null) !== now.webhooks)) {
              refreshStores();
            }
          }
        }
      },
      onBreak: () => {
        broken = true;
        void client.resetQueries({ queryKey: standingOf(tenantId) });
        // it may have ended because the store is no longer the user's, or not as it was
        refreshStores();
      },
    });
    return () => {
      stop();
      figures.stop();
      client.removeQueries({ queryKey: standingOf(tenantId) });
    };
  }, [client, tenantId]);
}

/** For where there is no component of that store alone. */
export function Live({ tenantId }: { tenantId: string }) {
  useLive(tenantId);
  return null;
}

/** What the stream says of a store; undefined while there is none. */
export const useStanding = (tenantId: string): LiveEvents['tenant'] | undefined =>
  useQuery<LiveEvents['tenant']>({ queryKey: standingOf(tenantId), queryFn: skipToken, staleTime: Infinity }).data;
