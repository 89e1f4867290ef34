import { type Role, teams } from '@xeno/contracts';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../../lib/session.ts';
import { tenants } from '../stores/queries.ts';

const keyOf = (tenantId: string) => ['tenant', tenantId, 'team'] as const;

export const membersOf = (tenantId: string) =>
  queryOptions({
    queryKey: [...keyOf(tenantId), 'members'],
    queryFn: async () => (await call(teams.listMembers, { params: { id: tenantId } })).data,
  });

export const invitationsOf = (tenantId: string) =>
  queryOptions({
    queryKey: [...keyOf(tenantId), 'invitations'],
    queryFn: async () => (await call(teams.listInvitations, { params: { id: tenantId } })).data,
  });

function useChange<T, R>(tenantId: string, change: (input: T) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    // one's own role may be among what has changed
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: keyOf(tenantId) }),
        client.invalidateQueries({ queryKey: tenants.queryKey }),
      ]),
  });
}

export const useChangeRole = (id: string) =>
  useChange(id, ({ userId, role }: { userId: string; role: Role }) =>
    call(teams.changeRole, { params: { id, userId }, body: { role } }),
  );
export const useConfirmMember = (id: string) =>
  useChange(id, (userId: string) => call(teams.confirmMember, { params: { id, userId } }));
export const useHandOver = (id: string) =>
  useChange(id, (userId: string) => call(teams.handOver, { params: { id, userId } }));
export const useRemoveMember = (id: string) =>
  useChange(id, (userId: string) => call(teams.removeMember, { params: { id, userId } }));
export const useLeave = (id: string) => useChange(id, () => call(teams.leave, { params: { id } }));
export const useDemandSecondFactor = (id: string) =>
  useChange(id, (requiresSecondFactor: boolean) =>
    call(teams.demandSecondFactor, { params: { id }, body: { requiresSecondFactor } }),
  );
export const useInvite = (id: string) =>
  useChange(id, (body: { email: string; role: Role; tenantIds: string[] }) =>
    call(teams.invite, { params: { id }, body }),
  );
export const useRevokeInvitation = (id: string) =>
  useChange(id, (invitationId: string) => call(teams.revokeInvitation, { params: { id, invitationId } }));
