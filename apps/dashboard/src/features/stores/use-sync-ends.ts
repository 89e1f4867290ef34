import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTenants } from './queries.ts';

/** When a store's run starts or ends, what is shown of that store is fetched once more. */
export function useSyncEnds(): void {
  const { data: tenants } = useTenants();
  const client = useQueryClient();
  const known = useRef(new Map<string, string>());
  useEffect(() => {
    for (const { id, activeRun, lastSyncAt } of tenants ?? []) {
      const state = `${activeRun?.id} ${lastSyncAt}`;
      const before = known.current.get(id);
      known.current.set(id, state);
      if (before !== undefined && before !== state) void client.invalidateQueries({ queryKey: ['tenant', id] });
    }
  }, [tenants, client]);
}
