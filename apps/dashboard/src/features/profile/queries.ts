import { auth } from '@xeno/contracts';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../../lib/session.ts';

export const profile = queryOptions({ queryKey: ['me'], queryFn: () => call(auth.me, {}) });

export const sessions = queryOptions({
  queryKey: ['me', 'sessions'],
  queryFn: async () => (await call(auth.listSessions, {})).data,
});

export const tokens = queryOptions({
  queryKey: ['me', 'tokens'],
  queryFn: async () => (await call(auth.listTokens, {})).data,
});

/** Does something to one's own account, and asks anew what it is like. */
export function useAccountChange<T, R>(change: (input: T) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: change, onSettled: () => client.invalidateQueries({ queryKey: ['me'] }) });
}
