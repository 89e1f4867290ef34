import { auth } from '@xeno/contracts';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { call, updateUser } from '../../lib/session.ts';

export const profile = queryOptions({
  queryKey: ['me'],
  queryFn: async () => {
    const me = await call(auth.me, {});
    updateUser(me.user);
    return me;
  },
  // another tab may have changed it, such as by the link that confirms a new e-mail
  refetchOnWindowFocus: 'always',
});

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
