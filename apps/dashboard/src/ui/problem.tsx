import { Alert, Anchor, Button, Group, Text } from '@mantine/core';
import type { FormErrors } from '@mantine/form';
import { Link } from '@tanstack/react-router';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ApiError } from '../lib/api.ts';
import { messageOf } from './refusal.ts';

/** An error where the figures would be: what happened, and a way on. `title` says what was tried: "Not replayed". */
export function Problem({ error, title, retry }: { error: Error; title?: string; retry?: () => void }) {
  const known = error instanceof ApiError;
  return (
    <Failure
      title={title ?? (known ? titleFor(error) : 'This page broke')}
      below={
        <>
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
        </>
      }
    >
      {known ? messageOf(error) : 'Reloading usually helps. If it happens again, tell whoever runs this installation.'}
    </Failure>
  );
}

/** Why a form was refused, where none of its fields says so. */
export function FormProblem({ form, title }: { form: { errors: FormErrors; values: object }; title: string }) {
  const why = Object.entries(form.errors).flatMap(([name, error]) =>
    Object.hasOwn(form.values, name) ? [] : [error, ' '],
  );
  return why.length > 0 ? <Failure title={title}>{why}</Failure> : null;
}

function Failure({ title, children, below }: { title: string; children: ReactNode; below?: ReactNode }) {
  return (
    <Alert color="red" icon={<IconAlertTriangle />} title={title} role="alert">
      <Text size="sm" dir="auto">
        {children}
      </Text>
      {below}
    </Alert>
  );
}

function titleFor({ status }: ApiError): string {
  if (status === 0) return 'No connection to the server';
  if (status === 404) return 'Not found';
  if (status === 403) return 'You may not do this';
  if (status === 429) return 'Too many requests';
  return 'That did not work';
}
