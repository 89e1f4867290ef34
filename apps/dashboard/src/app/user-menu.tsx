import { ActionIcon, Text } from '@mantine/core';
import { IconLogout, IconShieldLock, IconUserCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { profile } from '../features/profile/queries.ts';
import { currentUser, endSession } from '../lib/session.ts';
import { ChoiceMenu } from '../ui/choice-menu.tsx';
import { notifyFailure } from '../ui/notify.tsx';

export function UserMenu() {
  const { data } = useQuery(profile);
  const user = data?.user ?? currentUser();
  const navigate = useNavigate();
  if (!user) return null;
  return (
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
          onChoose: () => void endSession().catch(notifyFailure('Not logged out')),
        },
      ]}
    />
  );
}
