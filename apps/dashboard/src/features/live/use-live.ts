import { live, type LiveEvents, type Tenant } from '@xeno/contracts';
import { skipToken, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { listen, pathOf } from '../../lib/event-stream.ts';
import { tenants } from '../stores/queries.ts';

const standing = (tenantId: string) => ['tenant', tenantId, 'live'] as const;

/** Keeps what is shown of a store true while it is shown: figures are asked for again when they have changed. */
export function useLive(tenantId: string): void {
  const client = useQueryClient();
  useEffect(() => {
    let changes: string | null = null;
    const stop = listen(pathOf(live.events, { id: tenantId }), (name: keyof LiveEvents, data) => {
      switch (name) {
        case 'figures': {
          const told = (data as LiveEvents['figures']).changes;
          // the first one tells where it stands, and the page has just asked
          if (changes !== null && changes !== told) {
            void client.invalidateQueries({ queryKey: ['tenant', tenantId, 'figures'] });
            void client.invalidateQueries({ queryKey: tenants.queryKey });
          }
          changes = told;
          break;
        }
        case 'sync': {
          const { activeRun } = data as LiveEvents['sync'];
          const before = client.getQueryData(tenants.queryKey)?.find(({ id }) => id === tenantId);
          client.setQueryData(tenants.queryKey, (all: Tenant[] | undefined) =>
            all?.map((tenant) => (tenant.id === tenantId ? { ...tenant, activeRun } : tenant)),
          );
          // what has ended left more than its progress
          if (before?.activeRun && !activeRun) void client.invalidateQueries({ queryKey: tenants.queryKey });
          break;
        }
        case 'tenant':
          client.setQueryData(standing(tenantId), data);
      }
    });
    return () => {
      stop();
      client.removeQueries({ queryKey: standing(tenantId) });
    };
  }, [client, tenantId]);
}

/** What the stream says of a store; undefined while there is none. */
export const useStanding = (tenantId: string): LiveEvents['tenant'] | undefined =>
  useQuery<LiveEvents['tenant']>({ queryKey: standing(tenantId), queryFn: skipToken, staleTime: Infinity }).data;
