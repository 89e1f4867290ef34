import { Box, Group, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** The document's title, the page's heading, and what can be done here. */
export function PageHead(props: { title: string; context?: string; description?: ReactNode; children?: ReactNode }) {
  const { title, context, description, children } = props;
  return (
    <Group justify="space-between" align="flex-end" gap="sm" mb="md">
      <title>{`${title}${context ? ` · ${context}` : ''} – Xeno`}</title>
      <Box miw={0} flex="1 1 18rem">
        <Title order={1} dir="auto" lineClamp={2}>
          {title}
        </Title>
        {description && (
          <Text component="div" size="sm" c="dimmed">
            {description}
          </Text>
        )}
      </Box>
      {children}
    </Group>
  );
}
