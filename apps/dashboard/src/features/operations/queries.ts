import { live, privacy, reconciliation, webhooks, type WebhookStatus } from '@xeno/contracts';
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../../lib/session.ts';

/** Asked anew now and then: what is counted here changes without the figures doing so. */
const OFTEN = 5_000;
const keyOf = (tenantId: string) => ['tenant', tenantId, 'operations'] as const;

export const queueDepths = queryOptions({
  queryKey: ['queue'],
  queryFn: () => call(live.queue, {}),
  refetchInterval: OFTEN,
});

export const summaryOf = (tenantId: string) =>
  queryOptions({
    queryKey: [...keyOf(tenantId), 'webhooks', 'summary'],
    queryFn: () => call(webhooks.summary, { params: { id: tenantId } }),
    refetchInterval: OFTEN,
  });

export const webhooksOf = (tenantId: string, status: WebhookStatus | undefined, topic: string | undefined) =>
  infiniteQueryOptions({
    queryKey: [...keyOf(tenantId), 'webhooks', status, topic],
    queryFn: ({ pageParam }) =>
      call(webhooks.listWebhooks, {
        params: { id: tenantId },
        query: {
          limit: 20,
          ...(status && { status }),
          ...(topic && { topic }),
          ...(pageParam && { cursor: pageParam }),
        },
      }),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    refetchInterval: OFTEN,
  });

export const webhookOf = (tenantId: string, webhookId: string) =>
  queryOptions({
    queryKey: [...keyOf(tenantId), 'webhook', webhookId],
    queryFn: () => call(webhooks.getWebhook, { params: { id: tenantId, webhookId } }),
  });

export const reconciliationsOf = (tenantId: string) =>
  queryOptions({
    queryKey: [...keyOf(tenantId), 'reconciliations'],
    queryFn: () =>
      call(reconciliation.listReconciliations, { params: { id: tenantId }, query: { limit: 5 } }).then(
        ({ data }) => data,
      ),
    refetchInterval: OFTEN,
  });

export const findingsOf = (tenantId: string, reconciliationId: string) =>
  queryOptions({
    queryKey: [...keyOf(tenantId), 'findings', reconciliationId],
    queryFn: () =>
      call(reconciliation.listFindings, { params: { id: tenantId, reconciliationId }, query: { limit: 100 } }).then(
        ({ data }) => data,
      ),
  });

export const privacyRequestsOf = (tenantId: string) =>
  queryOptions({
    queryKey: [...keyOf(tenantId), 'privacy'],
    queryFn: () => call(privacy.listRequests, { params: { id: tenantId }, query: { limit: 50 } }),
    refetchInterval: OFTEN,
  });

export const useCustomerFile = (tenantId: string) =>
  useChange(tenantId, (requestId: string) => call(privacy.downloadFile, { params: { id: tenantId, requestId } }));

function useChange<T, R>(tenantId: string, change: (input: T) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => client.invalidateQueries({ queryKey: keyOf(tenantId) }),
  });
}

export const useReplay = (tenantId: string) =>
  useChange(tenantId, (what: { webhookIds?: string[]; status?: 'dead'; from?: string; to?: string }) =>
    call(webhooks.replay, { params: { id: tenantId }, body: what }),
  );

export const useReconcile = (tenantId: string) =>
  useChange(tenantId, () => call(reconciliation.reconcile, { params: { id: tenantId } }));
