import { ActionIcon, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconLogout, IconShieldLock, IconUserCircle } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { isThrowAway } from '../features/auth/throw-away.ts';
import { profile } from '../features/profile/queries.ts';
import { currentUser, endSession } from '../lib/session.ts';
import { ChoiceMenu } from '../ui/choice-menu.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { notifyFailure } from '../ui/notify.tsx';

export function UserMenu() {
  const { data } = useQuery(profile);
  const user = data?.user ?? currentUser();
  const navigate = useNavigate();
  const logOut = useMutation({ mutationFn: endSession, onError: notifyFailure('Not logged out') });
  const [asking, { open: ask, close }] = useDisclosure();
  if (!user) return null;
  return (
    <>
      <ChoiceMenu
        trigger={
          <ActionIcon variant="subtle" color="gray" size={36} aria-label={`Account: ${user.name}`}>
            <IconUserCircle size={22} aria-hidden />
          </ActionIcon>
        }
        label={
          <>
            <Text size="sm" fw={600} c="var(--mantine-color-text)" truncate dir="auto">
              {user.name}
            </Text>
            <Text size="xs" c="dimmed" truncate>
              {user.email}
            </Text>
          </>
        }
        choices={[
          {
            key: 'profile',
            label: 'Profile and security',
            icon: <IconShieldLock size={16} aria-hidden />,
            onChoose: () => void navigate({ to: '/profile' }),
          },
          {
            key: 'logout',
            label: 'Log out',
            icon: <IconLogout size={16} aria-hidden />,
            onChoose: () => (isThrowAway(user.email) ? ask() : logOut.mutate()),
          },
        ]}
      />
      {asking && (
        <Confirm
          title="Leave this throw-away account?"
          action="Log out"
          loading={logOut.isPending}
          onConfirm={() => logOut.mutate(undefined, { onSettled: close })}
          onClose={close}
        >
          <Text size="sm">
            Nobody knows its password: once logged out, neither it nor its stores can be opened again.
          </Text>
        </Confirm>
      )}
    </>
  );
}
