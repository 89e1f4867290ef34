import { Center, Container, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { ColorSchemeMenu } from '../../app/color-scheme-menu.tsx';
import { ExploreDemo } from './explore-demo.tsx';

/** The frame of log-in, of registration, and of where links in e-mails lead; with `demo`, of the entrances alone. */
export function VisitorPage(props: { title: string; footer: ReactNode; demo?: boolean; children: ReactNode }) {
  return (
    <Center component="main" mih="100dvh" py="xl">
      <title>{`${props.title} – Xeno`}</title>
      <Container size={420} w="100%" px="md">
        <Stack gap="md">
          <Group gap="sm" justify="center">
            <img src="/favicon.svg" width={36} height={36} alt="" />
            <Text fw={700} fz={24} lts="-0.02em">
              Xeno
            </Text>
          </Group>
          <Text ta="center" c="dimmed" mt={-8}>
            Your Shopify figures, exact and up to date.
          </Text>
          <Paper withBorder p="lg">
            <Title order={1} mb="md">
              {props.title}
            </Title>
            {props.children}
          </Paper>
          <Text ta="center" size="sm">
            {props.footer}
          </Text>
          {props.demo && <ExploreDemo />}
          <Center>
            <ColorSchemeMenu />
          </Center>
        </Stack>
      </Container>
    </Center>
  );
}
