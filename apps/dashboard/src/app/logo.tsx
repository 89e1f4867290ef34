import { Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';

export function Logo() {
  return (
    <Group
      component={Link}
      {...({ to: '/' } as object)}
      gap={8}
      wrap="nowrap"
      c="inherit"
      td="none"
      aria-label="Xeno, to the overview"
    >
      <img src="/favicon.svg" width={28} height={28} alt="" />
      <Text fw={700} fz="lg" visibleFrom="sm" lts="-0.02em">
        Xeno
      </Text>
    </Group>
  );
}
