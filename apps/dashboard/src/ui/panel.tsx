import { Group, Paper, Title, type PaperProps } from '@mantine/core';
import type { ReactNode } from 'react';

/** A titled card. */
export function Panel(
  props: PaperProps & { title: ReactNode; aside?: ReactNode; children: ReactNode; 'data-testid'?: string },
) {
  const { title, aside, children, ...paper } = props;
  return (
    <Paper component="section" withBorder p={{ base: 'sm', sm: 'md' }} {...paper}>
      <Group justify="space-between" mb="sm" gap="xs" mih={30}>
        <Title order={2}>{title}</Title>
        {aside}
      </Group>
      {children}
    </Paper>
  );
}
