import { Alert, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { CopyText } from './copy-text.tsx';

/** Secrets that are told this once, as long as they are good for something. */
export function TakeAlong(props: {
  title: string;
  secrets: { id: string; label: string; text: string }[];
  children: ReactNode;
}) {
  const { title, secrets, children } = props;
  if (secrets.length === 0) return null;
  return (
    <Alert color="teal" title={title}>
      <Text size="sm" mb="xs">
        {children}
      </Text>
      <Stack gap="xs">
        {secrets.map(({ id, label, text }) => (
          <CopyText key={id} text={text} label={label} />
        ))}
      </Stack>
    </Alert>
  );
}
