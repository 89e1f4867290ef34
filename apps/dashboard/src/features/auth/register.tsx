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

const route = getRouteApi('/visitor/register');

export function RegisterPage() {
  const search = route.useSearch();
  const router = useRouter();
  const form = useForm({
    initialValues: { name: '', email: invitedEmail(useLocation().state), password: '' },
    validate: {
      name: (value) => (value.trim() ? null : 'Enter your name.'),
      email: (value) =>
        /^[^\s@]+@[^\s@]+$/.test(value.trim()) ? null : 'Enter an e-mail address, such as ada@example.com.',
      password: (value) => (value.length >= 10 ? null : `At least 10 characters; this has ${value.length}.`),
    },
  });
  const register = useMutation({
    mutationFn: async ({ name, email, password }: typeof form.values) =>
      beginSession(await request(auth.register, { body: { name: name.trim(), email: email.trim(), password } })),
    onSuccess: () => router.invalidate(),
    onError: (error) => form.setErrors(refusals(error)),
  });
  return (
    <VisitorPage
      title="Create an account"
      demo
      footer={
        <>
          Already registered?{' '}
          <Anchor component={Link} {...({ to: '/login', search, state: true } as object)} underline="always">
            Log in
          </Anchor>
        </>
      }
    >
      <form onSubmit={form.onSubmit((values) => register.mutate(values))} noValidate>
        <Stack>
          <FormProblem title="Account not created" form={form} />
          <TextInput label="Name" autoComplete="name" dir="auto" {...form.getInputProps('name')} />
          <TextInput label="E-mail" type="email" autoComplete="username" {...form.getInputProps('email')} />
          <PasswordInput
            label="Password"
            description="At least 10 characters. A few words are easier to remember than signs."
            autoComplete="new-password"
            {...form.getInputProps('password')}
          />
          <Button type="submit" loading={register.isPending}>
            Create account
          </Button>
        </Stack>
      </form>
    </VisitorPage>
  );
}
