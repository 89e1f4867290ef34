import { Anchor, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { auth } from '@xeno/contracts';
import { useMutation } from '@tanstack/react-query';
import { getRouteApi, Link, useLocation, useRouter } from '@tanstack/react-router';
import { request } from '../../lib/api.ts';
import { beginSession } from '../../lib/session.ts';
import { FormProblem } from '../../ui/problem.tsx';
import { refusals } from '../../ui/refusal.ts';
import { invitedEmail } from './invited-email.ts';
import { VisitorPage } from './visitor-page.tsx';

const route = getRouteApi('/visitor/login');

export function LoginPage() {
  const search = route.useSearch();
  const router = useRouter();
  const form = useForm({
    initialValues: { email: invitedEmail(useLocation().state), password: '' },
    validate: {
      email: (value) => (value.trim() ? null : 'Enter your e-mail address.'),
      password: (value) => (value ? null : 'Enter your password.'),
    },
  });
  const login = useMutation({
    mutationFn: async (values: typeof form.values) => {
      const answer = await request(auth.login, { body: { ...values, email: values.email.trim() } });
      if ('challenge' in answer) return answer.challenge;
      beginSession(answer);
      return null;
    },
    // The page's own guard now sends on to where the visitor wanted to go.
    onSuccess: (challenge) => (challenge === null ? router.invalidate() : undefined),
    onError: (error) => form.setErrors(refusals(error)),
  });
  if (login.data) return <SecondStep challenge={login.data} onBack={() => login.reset()} />;
  return (
    <VisitorPage
      title="Log in"
      demo
      footer={
        <>
          New here?{' '}
          <Anchor component={Link} {...({ to: '/register', search, state: true } as object)} underline="always">
            Create an account
          </Anchor>
        </>
      }
    >
      <form onSubmit={form.onSubmit((values) => login.mutate(values))} noValidate>
        <Stack>
          <FormProblem title="Not logged in" form={form} />
          <TextInput label="E-mail" type="email" autoComplete="username" {...form.getInputProps('email')} />
          <PasswordInput label="Password" autoComplete="current-password" {...form.getInputProps('password')} />
          <Button type="submit" loading={login.isPending}>
            Log in
          </Button>
          <Anchor component={Link} to="/forgot-password" size="sm" ta="center">
            Forgotten your password?
          </Anchor>
        </Stack>
      </form>
    </VisitorPage>
  );
}

/** The password was right; the account has a second factor. */
function SecondStep({ challenge, onBack }: { challenge: string; onBack: () => void }) {
  const router = useRouter();
  const form = useForm({
    initialValues: { code: '' },
    validate: { code: (value) => (value.trim() ? null : 'Enter the code.') },
  });
  const finish = useMutation({
    mutationFn: async ({ code }: typeof form.values) =>
      beginSession(await request(auth.secondFactor, { body: { challenge, code: code.trim() } })),
    onSuccess: () => router.invalidate(),
    onError: (error) => form.setErrors(refusals(error)),
  });
  return (
    <VisitorPage
      title="Second factor"
      footer={
        <Anchor component="button" type="button" onClick={onBack} underline="always">
          Back to log-in
        </Anchor>
      }
    >
      <form onSubmit={form.onSubmit((values) => finish.mutate(values))} noValidate>
        <Stack>
          <FormProblem title="Not logged in" form={form} />
          <TextInput
            label="Code"
            description="Of your authenticator app, or one of your recovery codes."
            autoComplete="one-time-code"
            autoFocus
            {...form.getInputProps('code')}
          />
          <Button type="submit" loading={finish.isPending}>
            Log in
          </Button>
        </Stack>
      </form>
    </VisitorPage>
  );
}
