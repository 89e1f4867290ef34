import { Anchor, Button, Code, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { auth } from '@xeno/contracts';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { request } from '../../lib/api.ts';
import { FormProblem } from '../../ui/problem.tsx';
import { refusals } from '../../ui/refusal.ts';
import { useConfig } from './use-config.ts';
import { VisitorPage } from './visitor-page.tsx';

export function ForgotPasswordPage() {
  const form = useForm({
    initialValues: { email: '' },
    validate: { email: (value) => (value.trim() ? null : 'Enter your e-mail address.') },
  });
  const config = useConfig();
  const ask = useMutation({
    mutationFn: ({ email }: typeof form.values) => request(auth.requestReset, { body: { email: email.trim() } }),
    onError: (error) => form.setErrors(refusals(error)),
  });
  return (
    <VisitorPage
      title="Forgotten your password?"
      footer={
        <Anchor component={Link} to="/login" underline="always">
          Back to log-in
        </Anchor>
      }
    >
      {config?.mail === false ? (
        <Text>
          This installation sends no e-mail. Whoever runs it can give you a new password:{' '}
          <Code>npm run user:reset</Code>
        </Text>
      ) : ask.isSuccess ? (
        <Text role="status">
          If there is an account with this address, a link is on its way to it. It works for an hour.
        </Text>
      ) : (
        <form onSubmit={form.onSubmit((values) => ask.mutate(values))} noValidate>
          <Stack>
            <FormProblem title="Link not sent" form={form} />
            <TextInput label="E-mail" type="email" autoComplete="username" {...form.getInputProps('email')} />
            <Button type="submit" loading={ask.isPending}>
              Send a link
            </Button>
          </Stack>
        </form>
      )}
    </VisitorPage>
  );
}
