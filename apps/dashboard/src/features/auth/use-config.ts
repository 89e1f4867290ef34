import { auth, type RouteOutput } from '@xeno/contracts';
import { useQuery } from '@tanstack/react-query';
import { request } from '../../lib/api.ts';

/** What can be done in this installation; undefined until known. */
export function useConfig(): RouteOutput<typeof auth.config> | undefined {
  const { data } = useQuery({
    queryKey: ['config'],
    queryFn: () => request(auth.config, {}),
    staleTime: Infinity,
  });
  return data;
}
