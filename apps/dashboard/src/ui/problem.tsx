import { Alert, Anchor, Button, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { IconAlertTriangle } from '@tabler/icons-react';
import { ApiError } from '../lib/api.ts';
import { fieldErrors, messageOf } from './refusal.ts';

/** An error where the figures would be: what happened, and a way on. `title` says what was tried: "Not replayed". */
export function Problem({ error, title, retry }: { error: Error; title?: string; retry?: () => void }) {
  const known = error instanceof ApiError;
  return (
    <Alert
      color="red"
      icon={<IconAlertTriangle />}
      title={title ?? (known ? titleFor(error) : 'This page broke')}
      role="alert"
    >
      <Text size="sm" dir="auto">
        {known
          ? messageOf(error)
          : 'Reloading usually helps. If it happens again, tell whoever runs this installation.'}
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

/** What went wrong with a form and stands at none of its fields. */
export function FormProblem({ error, title }: { error: Error | null; title: string }) {
  return error && Object.keys(fieldErrors(error)).length === 0 ? <Problem error={error} title={title} /> : null;
}

function titleFor({ status }: ApiError): string {
  if (status === 0) return 'No connection to the server';
  if (status === 404) return 'Not found';
  if (status === 403) return 'You may not do this';
  if (status === 429) return 'Too many requests';
  return 'That did not work';
}
