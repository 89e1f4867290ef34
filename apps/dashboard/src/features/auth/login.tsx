import { Alert, Anchor, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { auth } from '@xeno/contracts';
import { useMutation } from '@tanstack/react-query';
import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import { ApiError, request } from '../../lib/api.ts';
import { beginSession } from '../../lib/session.ts';
import { VisitorPage } from './visitor-page.tsx';

const route = getRouteApi('/visitor/login');

export function LoginPage() {
  const search = route.useSearch();
  const router = useRouter();
  const form = useForm({
    initialValues: { email: '', password: '' },
    validate: {
      email: (value) => (value.trim() ? null : 'Enter your e-mail address.'),
      password: (value) => (value ? null : 'Enter your password.'),
    },
  });
  const login = useMutation({
    mutationFn: async (values: typeof form.values) =>
      beginSession(await request(auth.login, { body: { ...values, email: values.email.trim() } })),
    // The page's own guard now sends on to where the visitor wanted to go.
    onSuccess: () => router.invalidate(),
    onError: (error) => error instanceof ApiError && form.setErrors(error.fields),
  });
  return (
    <VisitorPage
      title="Log in"
      footer={
        <>
          New here?{' '}
          <Anchor component={Link} {...({ to: '/register', search } as object)} underline="always">
            Create an account
          </Anchor>
        </>
      }
    >
      <form onSubmit={form.onSubmit((values) => login.mutate(values))} noValidate>
        <Stack>
          {login.error && (
            <Alert color="red" role="alert">
              {login.error.message}
            </Alert>
          )}
          <TextInput label="E-mail" type="email" autoComplete="username" {...form.getInputProps('email')} />
          <PasswordInput label="Password" autoComplete="current-password" {...form.getInputProps('password')} />
          <Button type="submit" loading={login.isPending}>
            Log in
          </Button>
        </Stack>
      </form>
    </VisitorPage>
  );
}
