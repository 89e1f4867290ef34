import { notifyManager, QueryClient } from '@tanstack/react-query';
import { ApiError } from '../lib/api.ts';

/** Tries again what may pass: no answer, or the server's own trouble. A refusal stays one however often it is asked. */
const mayPass = (error: Error): boolean => !(error instanceof ApiError) || error.status === 0 || error.status >= 500;

// Before the next event: the second click of two finds its button at work already.
notifyManager.setScheduler(queueMicrotask);

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => failures < 2 && mayPass(error),
      staleTime: 5_000,
      // A request made offline fails and says so, rather than waiting without a word.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});
