import { auth } from '@xeno/contracts';
import { useQuery } from '@tanstack/react-query';
import { request } from '../../lib/api.ts';
import { setServerTime } from '../../lib/clock.ts';

/** Whether a local stand-in answers for Shopify; undefined until known. */
export function useSandbox(): boolean | undefined {
  const { data } = useQuery({
    queryKey: ['config'],
    queryFn: async () => {
      const config = await request(auth.config, {});
      setServerTime(config.now);
      return config;
    },
    staleTime: Infinity,
  });
  return data?.sandbox;
}
