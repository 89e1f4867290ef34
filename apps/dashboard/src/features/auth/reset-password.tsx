import { Anchor, Button, PasswordInput, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { auth } from '@xeno/contracts';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { request } from '../../lib/api.ts';
import { FormProblem } from '../../ui/problem.tsx';
import { refusals } from '../../ui/refusal.ts';
import { forgetLinkToken, linkToken } from './link-token.ts';
import { VisitorPage } from './visitor-page.tsx';

export function ResetPasswordPage() {
  const [token] = useState(() => linkToken('reset'));
  const form = useForm({
    initialValues: { password: '' },
    validate: {
      password: (value) => (value.length >= 10 ? null : `At least 10 characters; this has ${value.length}.`),
    },
  });
  const reset = useMutation({
    mutationFn: ({ password }: typeof form.values) =>
      request(auth.resetPassword, { body: { token: token ?? '', password } }),
    onSuccess: () => forgetLinkToken('reset'),
    onError: (error) => form.setErrors(refusals(error)),
  });
  return (
    <VisitorPage
      title="A new password"
      footer={
        <Anchor component={Link} to={reset.isSuccess ? '/login' : '/forgot-password'} underline="always">
          {reset.isSuccess ? 'Log in' : 'Ask for a new link'}
        </Anchor>
      }
    >
      {reset.isSuccess && (
        <Stack gap="xs" role="status">
          <Text>Your password is changed, and all sessions have ended. Log in with it.</Text>
          <Text>API tokens go on working; they are revoked under Profile and security.</Text>
        </Stack>
      )}
      {!reset.isSuccess && !token && <Text>Open the link in the e-mail; this address alone is not enough.</Text>}
      {!reset.isSuccess && token && (
        <form onSubmit={form.onSubmit((values) => reset.mutate(values))} noValidate>
          <Stack>
            <FormProblem title="Password not set" form={form} />
            <PasswordInput label="New password" autoComplete="new-password" {...form.getInputProps('password')} />
            <Button type="submit" loading={reset.isPending}>
              Set the password
            </Button>
          </Stack>
        </form>
      )}
    </VisitorPage>
  );
}
