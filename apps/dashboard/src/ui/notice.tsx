import { Center, Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** What stands where there is nothing to show, with what to do next as children. */
export function Notice(props: { title: string; description: ReactNode; children: ReactNode }) {
  return (
    <Center mih="50vh">
      <Stack align="center" gap="xs" maw="32rem" ta="center">
        <Title order={1}>{props.title}</Title>
        <Text c="dimmed">{props.description}</Text>
        <Group mt="sm">{props.children}</Group>
      </Stack>
    </Center>
  );
}
