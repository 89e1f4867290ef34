import { Alert, Anchor, Button, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { IconAlertTriangle } from '@tabler/icons-react';
import { ApiError } from '../lib/api.ts';

/** An error where the figures would be: what happened, and a way on. */
export function Problem({ error, retry }: { error: Error; retry?: () => void }) {
  const known = error instanceof ApiError;
  const title = known ? titleFor(error) : 'This page broke';
  return (
    <Alert color="red" icon={<IconAlertTriangle />} title={title} role="alert">
      <Text size="sm" dir="auto">
        {known ? error.message : 'Reloading usually helps. If it happens again, tell whoever runs this installation.'}
      </Text>
      {known && error.problem.code === 'second_factor_required' && (
        <Anchor component={Link} to="/profile" size="sm">
          Profile and security
        </Anchor>
      )}
      {retry && (
        <Group mt="sm">
          <Button size="xs" variant="default" onClick={known ? retry : () => window.location.reload()}>
            {known ? 'Try again' : 'Reload'}
          </Button>
        </Group>
      )}
    </Alert>
  );
}

function titleFor(error: ApiError): string {
  if (error.status === 0) return 'No connection to the server';
  if (error.status === 404) return 'Not found';
  if (error.status === 403) return 'You may not do this';
  if (error.status === 429) return 'Too many requests';
  return error.problem.title ?? 'Something went wrong';
}
