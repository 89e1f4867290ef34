import { type Role, teams } from '@xeno/contracts';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { call } from '../../lib/session.ts';
import { notify, notifyFailure } from '../../ui/notify.tsx';
import { tenants } from '../stores/queries.ts';

/** Asked anew now and then: others invite, accept and leave too. */
const OFTEN = 10_000;
const keyOf = (tenantId: string) => ['tenant', tenantId, 'team'] as const;

export const membersOf = (tenantId: string) =>
  queryOptions({
    queryKey: [...keyOf(tenantId), 'members'],
    queryFn: async () => (await call(teams.listMembers, { params: { id: tenantId } })).data,
    refetchInterval: OFTEN,
  });

export const invitationsOf = (tenantId: string) =>
  queryOptions({
    queryKey: [...keyOf(tenantId), 'invitations'],
    queryFn: async () => (await call(teams.listInvitations, { params: { id: tenantId } })).data,
    refetchInterval: OFTEN,
  });

/** What must be done and told even where the row or the page that asked for the change is gone by then. */
interface Outcome<R> {
  onSuccess?: (result: R) => Promise<void>;
  onError?: (error: Error) => void;
}

function useChange<T, R>(tenantId: string, change: (input: T) => Promise<R>, outcome: Outcome<R> = {}) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    ...outcome,
    // one after the other, so that the last that was chosen holds
    scope: { id: `team ${tenantId}` },
    // one's own role may be among what has changed: it comes first, as the rest may not be asked for any longer
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: tenants.queryKey });
      await client.invalidateQueries({ queryKey: keyOf(tenantId) });
    },
  });
}

export const useChangeRole = (id: string) =>
  useChange(
    id,
    ({ userId, role }: { userId: string; role: Role }) =>
      call(teams.changeRole, { params: { id, userId }, body: { role } }),
    { onError: notifyFailure('Role not changed') },
  );
export const useConfirmMember = (id: string) =>
  useChange(id, (userId: string) => call(teams.confirmMember, { params: { id, userId } }), {
    onError: notifyFailure('Not confirmed'),
  });
export const useHandOver = (id: string) =>
  useChange(id, (userId: string) => call(teams.handOver, { params: { id, userId } }), {
    onSuccess: ({ name }) =>
      notify({ title: 'Handed over', message: `${name} is admin of the store now; you are store manager.` }),
    onError: notifyFailure('Not handed over'),
  });
export const useRemoveMember = (id: string) =>
  useChange(id, (userId: string) => call(teams.removeMember, { params: { id, userId } }), {
    onError: notifyFailure('Not removed'),
  });
export function useLeave(id: string) {
  const navigate = useNavigate();
  return useChange(id, () => call(teams.leave, { params: { id } }), {
    onSuccess: async () => {
      await navigate({ to: '/stores' });
      await notify({ title: 'You have left', message: 'The store is no longer yours to see.' });
    },
    onError: notifyFailure('Not left'),
  });
}
export const useDemandSecondFactor = (id: string) =>
  useChange(
    id,
    (requiresSecondFactor: boolean) =>
      call(teams.demandSecondFactor, { params: { id }, body: { requiresSecondFactor } }),
    { onError: notifyFailure('Not changed') },
  );
/** The form that asks tells of a failure beside its fields. */
export const useInvite = (id: string) =>
  useChange(id, (body: { email: string; role: Role; tenantIds: string[] }) =>
    call(teams.invite, { params: { id }, body }),
  );
export const useRevokeInvitation = (id: string) =>
  useChange(id, (invitationId: string) => call(teams.revokeInvitation, { params: { id, invitationId } }), {
    onError: notifyFailure('Not withdrawn'),
  });
