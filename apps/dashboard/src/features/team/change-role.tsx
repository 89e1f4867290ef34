import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { type Member, permits, type Role } from '@xeno/contracts';
import { useId, useState } from 'react';
import { useChangeRole } from './queries.ts';
import { RoleSelect } from './role-select.tsx';
import { ROLE_NAMES } from './roles.ts';

/** Chooses another role for a member; `obstacle` says why that is not possible now. */
export default function ChangeRole(props: {
  tenantId: string;
  member: Member;
  isSelf: boolean;
  obstacle: string | null;
  onClose: () => void;
}) {
  const { member, isSelf, obstacle, onClose } = props;
  const [role, setRole] = useState<Role>(member.role);
  const change = useChangeRole(props.tenantId);
  const consequence = useId();
  const same = role === member.role;
  return (
    <Modal opened onClose={onClose} title={<bdi>Role of {member.name}</bdi>} centered>
      <Stack gap="sm">
        <RoleSelect
          role={role}
          value={role}
          onChange={({ currentTarget }) => setRole(currentTarget.value as Role)}
          data-autofocus
        />
        <Text id={consequence} size="sm" role="status">
          {obstacle ??
            (same ? (
              'Choose another role.'
            ) : (
              <>
                <bdi>{isSelf ? 'You' : member.name}</bdi> {isSelf ? 'become' : 'becomes'}{' '}
                <strong>{ROLE_NAMES[role].toLowerCase()}</strong> instead of {ROLE_NAMES[member.role].toLowerCase()}.
                {isSelf && ` ${lossOf(role)}`}
                {member.role === 'admin' && ` Invitations ${isSelf ? 'you' : 'they'} have sent end.`}
              </>
            ))}
        </Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            aria-describedby={consequence}
            disabled={same || obstacle !== null}
            loading={change.isPending}
            onClick={() => change.mutate({ userId: member.userId, role }, { onSettled: onClose })}
          >
            Change the role
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** What an admin loses by taking a lesser role. */
function lossOf(role: Role): string {
  const lost = ['members', 'connection', 'API tokens', 'privacy requests', 'the audit log'];
  if (!permits(role, 'sync:run')) lost.push('syncs');
  if (!permits(role, 'personal:read')) lost.push('customers’ names and addresses');
  return `You lose ${new Intl.ListFormat('en-GB').format(lost)}; only another admin can give that back.`;
}
