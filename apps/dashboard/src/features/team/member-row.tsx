import { ActionIcon, Badge, Box, Button, Group, Text } from '@mantine/core';
import type { Member, Tenant } from '@xeno/contracts';
import { IconChevronDown, IconDots } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { formatInstant } from '../../lib/format.ts';
import { currentUser } from '../../lib/session.ts';
import { ChoiceMenu } from '../../ui/choice-menu.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import classes from '../../ui/list.module.css';
import { useConfirmMember, useHandOver, useRemoveMember } from './queries.ts';
import { ROLE_NAMES } from './roles.ts';

const ChangeRole = lazy(() => import('./change-role.tsx'));

/** `obstacle` says why the user cannot give up being admin. */
export function MemberRow(props: { tenant: Tenant; member: Member; obstacle: string | null }) {
  const { tenant, member, obstacle } = props;
  const { userId, name, email, role, waitingSince, secondFactor, since } = member;
  const [asked, setAsked] = useState<'role' | 'remove' | 'handOver' | null>(null);
  const confirm = useConfirmMember(tenant.id);
  const lacksSecondFactor = tenant.requiresSecondFactor && !secondFactor;
  const isSelf = currentUser()?.id === userId;
  return (
    <Box component="li" className={classes['item']!}>
      <Group justify="space-between" gap="xs">
        <Box miw={0}>
          <Group gap="xs">
            <Text size="sm" fw={600} dir="auto">
              {name}
            </Text>
            {isSelf && (
              <Badge variant="light" tt="none" radius="sm">
                You
              </Badge>
            )}
            {waitingSince && (
              <Badge color="yellow" variant="light" tt="none" radius="sm">
                Waits to be confirmed
              </Badge>
            )}
            {secondFactor && (
              <Badge color="teal" variant="light" tt="none" radius="sm">
                Second factor
              </Badge>
            )}
          </Group>
          <Text size="xs" c="dimmed">
            {email} · since {formatInstant(since)}
          </Text>
        </Box>
        <Group gap="xs" wrap="nowrap">
          {waitingSince && (
            <Button size="xs" loading={confirm.isPending} onClick={() => confirm.mutate(userId)}>
              Confirm
            </Button>
          )}
          <Button
            size="xs"
            variant="default"
            rightSection={<IconChevronDown size={14} aria-hidden />}
            aria-label={`Role of ${name}: ${ROLE_NAMES[role]}`}
            aria-haspopup="dialog"
            onClick={() => setAsked('role')}
          >
            {ROLE_NAMES[role]}
          </Button>
          {!isSelf && (
            <ChoiceMenu
              trigger={
                <ActionIcon variant="subtle" color="gray" size={30} aria-label={`More about ${name}`}>
                  <IconDots size={18} aria-hidden />
                </ActionIcon>
              }
              width={260}
              choices={[
                ...(waitingSince
                  ? []
                  : [
                      {
                        key: 'handOver',
                        label: 'Hand the store over …',
                        hint: lacksSecondFactor
                          ? 'They need a second factor first, as this store demands one.'
                          : 'They become admin in your place.',
                        disabled: lacksSecondFactor,
                        onChoose: () => setAsked('handOver'),
                      },
                    ]),
                { key: 'remove', label: 'Remove …', onChoose: () => setAsked('remove') },
              ]}
            />
          )}
        </Group>
      </Group>
      {asked === 'role' && (
        <Suspense fallback={null}>
          <ChangeRole
            tenantId={tenant.id}
            member={member}
            isSelf={isSelf}
            obstacle={isSelf ? obstacle : null}
            onClose={() => setAsked(null)}
          />
        </Suspense>
      )}
      {asked === 'remove' && <Remove tenant={tenant} member={member} onClose={() => setAsked(null)} />}
      {asked === 'handOver' && <HandOver tenant={tenant} member={member} onClose={() => setAsked(null)} />}
    </Box>
  );
}

interface Asked {
  tenant: Tenant;
  member: Member;
  onClose: () => void;
}

function Remove({ tenant, member, onClose }: Asked) {
  const remove = useRemoveMember(tenant.id);
  return (
    <Confirm
      title={<bdi>Remove {member.name}?</bdi>}
      action="Remove"
      loading={remove.isPending}
      onConfirm={() => remove.mutate(member.userId, { onSettled: onClose })}
      onClose={onClose}
    >
      <Text size="sm">
        <bdi>{member.email}</bdi> sees nothing of this store any more, from the next click on. Invitations they have
        sent end.
      </Text>
    </Confirm>
  );
}

function HandOver({ tenant, member, onClose }: Asked) {
  const handOver = useHandOver(tenant.id);
  return (
    <Confirm
      title={<bdi>Hand {tenant.storeName} over?</bdi>}
      action="Hand over"
      loading={handOver.isPending}
      onConfirm={() => handOver.mutate(member.userId, { onSettled: onClose })}
      onClose={onClose}
    >
      <Text size="sm">
        <bdi>{member.name}</bdi> becomes admin and owner of the store; you stay as store manager, and cannot take it
        back yourself. Invitations you have sent end.
      </Text>
    </Confirm>
  );
}
