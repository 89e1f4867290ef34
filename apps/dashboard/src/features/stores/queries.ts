import { stores, type SyncKind, type Tenant, type WaitingMembership } from '@xeno/contracts';
import {
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
  skipToken,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { call } from '../../lib/session.ts';
import { notify } from '../../ui/notify.tsx';

export const tenants = queryOptions({
  queryKey: ['tenants'],
  queryFn: async ({ client }) => {
    const { data, waiting } = await call(stores.listTenants, {});
    client.setQueryData(waitingKey, waiting);
    dropWhatIsHidden(client, data);
    return data;
  },
});

const waitingKey = ['waiting'] as const;

/** Stores in which the user waits for an admin; they come with the others. */
export function useWaiting(): WaitingMembership[] {
  const { data = [] } = useQuery<WaitingMembership[]>({
    queryKey: waitingKey,
    queryFn: skipToken,
    staleTime: Infinity,
  });
  // of a store that is not the user's no stream tells
  useQuery({ ...tenants, refetchInterval: data.length > 0 ? 2_000 : false });
  return data;
}

/** What was fetched of a store with another role, or while a second factor was not missing, is not shown any longer. */
function dropWhatIsHidden(client: QueryClient, now: Tenant[]): void {
  for (const before of client.getQueryData<Tenant[]>(tenants.queryKey) ?? []) {
    const tenant = now.find(({ id }) => id === before.id);
    if (tenant?.role === before.role && tenant.lacksSecondFactor === before.lacksSecondFactor) continue;
    const filter = { queryKey: ['tenant', before.id] };
    if (!tenant || tenant.lacksSecondFactor) client.removeQueries(filter);
    else for (const query of client.getQueryCache().findAll(filter)) query.reset();
    // once the page is what it is with the new role, as it may not ask for all that it did
    setTimeout(() => void client.refetchQueries({ ...filter, type: 'active' }));
  }
}

/** What the stream of a store says of it, as long as there is one. */
export const standingOf = (tenantId: string) => ['tenant', tenantId, 'live'] as const;

/** The user's stores. Streams tell what is running in those that are looked at; of others it is asked. */
export function useTenants() {
  const client = useQueryClient();
  return useQuery({
    ...tenants,
    refetchInterval: ({ state }) =>
      state.data?.some(({ id, activeRun }) => activeRun && !client.getQueryData(standingOf(id))) ? 2_000 : 15_000,
  });
}

/** Keys of what belongs to one store begin with `['tenant', id]`: no figure is ever found under another's. */
export const runsOf = (tenantId: string) =>
  infiniteQueryOptions({
    queryKey: ['tenant', tenantId, 'runs'],
    queryFn: ({ pageParam }) =>
      call(stores.listRuns, {
        params: { id: tenantId },
        query: { limit: 10, ...(pageParam && { cursor: pageParam }) },
      }),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextCursor ?? undefined,
  });

export const lastRunOf = (tenantId: string) =>
  queryOptions({
    queryKey: ['tenant', tenantId, 'runs', 'last'],
    queryFn: async () => {
      const { data } = await call(stores.listRuns, { params: { id: tenantId }, query: { limit: 1 } });
      return data[0] ?? null;
    },
    staleTime: Infinity,
  });

/** Sends the browser to Shopify's consent page, from where it comes back to the store's own page. */
export const useConnect = () =>
  useMutation({
    mutationFn: async (shop: string) => {
      const { authorizeUrl } = await call(stores.beginConnect, { body: { shop } });
      window.location.assign(authorizeUrl);
      // The page is about to be left: stay busy until it is.
      await new Promise((resolve) => setTimeout(resolve, 10_000));
    },
  });

export function useStartSync(tenantId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (kind: SyncKind) => call(stores.startSync, { params: { id: tenantId }, body: { kind } }),
    onSettled: () => client.invalidateQueries({ queryKey: tenants.queryKey }),
  });
}

export function useDisconnect({ id, storeName }: Tenant) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call(stores.disconnect, { params: { id } }),
    onSuccess: () => void notify({ title: 'Disconnected', message: `${storeName} is disconnected. Its data is kept.` }),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: tenants.queryKey }),
        client.invalidateQueries({ queryKey: ['tenant', id] }),
      ]),
  });
}
