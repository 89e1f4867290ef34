import { Button, Paper, Text, Title } from '@mantine/core';
import { auth } from '@xeno/contracts';
import { useMutation } from '@tanstack/react-query';
import { IconSparkles } from '@tabler/icons-react';
import { request } from '../../lib/api.ts';
import { beginSession, currentUser } from '../../lib/session.ts';
import { Problem } from '../../ui/problem.tsx';
import { useConnect } from '../stores/queries.ts';
import { throwAwayAccount } from './throw-away.ts';
import { useConfig } from './use-config.ts';

/** Makes a throw-away account where nobody is logged in, and connects a demo store to it by the real OAuth flow. */
export function ExploreDemo() {
  const sandbox = useConfig()?.sandbox;
  const connect = useConnect();
  const explore = useMutation({
    mutationFn: async () => {
      const random = crypto.getRandomValues(new Uint32Array(4)).reduce((text, n) => text + n.toString(36), '');
      if (!currentUser()) {
        beginSession(await request(auth.register, { body: throwAwayAccount(random) }));
      }
      await connect.mutateAsync(`demo-${random.slice(0, 8)}`);
    },
  });
  if (!sandbox) return null;
  return (
    <Paper withBorder p="md" bg="var(--mantine-primary-color-light)" style={{ borderColor: 'transparent' }}>
      <Title order={2} mb={4}>
        Just looking?
      </Title>
      <Text size="sm" mb="md">
        A store with believable orders, customers and products,{' '}
        {currentUser() ? 'added to yours' : 'in a throw-away account'}. The first chart is there in less than a minute.
      </Text>
      {explore.error && <Problem error={explore.error} title="Demo store not connected" />}
      <Button
        data-testid="explore-demo"
        fullWidth
        mt={explore.error ? 'sm' : 0}
        leftSection={<IconSparkles size={18} aria-hidden />}
        loading={explore.isPending}
        onClick={() => explore.mutate()}
      >
        Explore the demo store
      </Button>
    </Paper>
  );
}
