import { Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { auth } from '@xeno/contracts';
import { call } from '../../lib/session.ts';
import { notify } from '../../ui/notify.tsx';
import { Panel } from '../../ui/panel.tsx';
import { FormProblem } from '../../ui/problem.tsx';
import { refusals } from '../../ui/refusal.ts';
import { useConfig } from '../auth/use-config.ts';
import { useAccountChange } from './queries.ts';

export function Name({ name }: { name: string }) {
  const form = useForm({
    initialValues: { name },
    validate: { name: (value) => (value.trim() ? null : 'Enter your name.') },
  });
  const rename = useAccountChange((body: { name: string }) => call(auth.rename, { body }));
  return (
    <Panel title="Name">
      <form
        onSubmit={form.onSubmit((values) =>
          rename.mutate(values, {
            onSuccess: ({ user }) => {
              form.setValues({ name: user.name });
              void notify({ title: 'Changed', message: `Your name is ${user.name}.` });
            },
            onError: (error) => form.setErrors(refusals(error)),
          }),
        )}
        noValidate
      >
        <Group align="flex-end" gap="sm">
          <TextInput label="Name" autoComplete="name" dir="auto" flex="1 1 14rem" {...form.getInputProps('name')} />
          <Button type="submit" variant="default" loading={rename.isPending}>
            Save
          </Button>
        </Group>
        <FormProblem title="Name not changed" form={form} />
      </form>
    </Panel>
  );
}

export function Email({ email }: { email: string }) {
  const form = useForm({
    initialValues: { email: '', password: '' },
    validate: {
      email: (value) => (value.trim() ? null : 'Enter the new e-mail address.'),
      password: (value) => (value ? null : 'Enter your password.'),
    },
  });
  const change = useAccountChange((body: typeof form.values) => call(auth.requestEmailChange, { body }));
  const current = (
    <Text size="sm">
      You log in with{' '}
      <strong>
        <bdi>{email}</bdi>
      </strong>
      .
    </Text>
  );
  if (useConfig()?.mail === false)
    return (
      <Panel title="E-mail">
        {current}
        <Text size="sm" c="dimmed" mt={4}>
          It cannot be changed here: a new address is confirmed by a link, and this installation sends no e-mail.
        </Text>
      </Panel>
    );
  return (
    <Panel title="E-mail">
      <form
        onSubmit={form.onSubmit((values) =>
          change.mutate(values, {
            onSuccess: () => {
              form.reset();
              void notify({ title: 'Look into your mailbox', message: `A link is on its way to ${values.email}.` });
            },
            onError: (error) => form.setErrors(refusals(error)),
          }),
        )}
        noValidate
      >
        <Stack gap="sm">
          {current}
          <Group align="flex-start" gap="sm">
            <TextInput
              label="New e-mail"
              type="email"
              autoComplete="email"
              flex="1 1 14rem"
              {...form.getInputProps('email')}
            />
            <PasswordInput
              label="Your password"
              autoComplete="current-password"
              flex="1 1 14rem"
              {...form.getInputProps('password')}
            />
          </Group>
          <FormProblem title="E-mail not changed" form={form} />
          <Group>
            <Button type="submit" variant="default" loading={change.isPending}>
              Send a link to the new address
            </Button>
          </Group>
        </Stack>
      </form>
    </Panel>
  );
}

export function Password() {
  const form = useForm({
    initialValues: { currentPassword: '', newPassword: '' },
    validate: {
      currentPassword: (value) => (value ? null : 'Enter your password.'),
      newPassword: (value) => (value.length >= 10 ? null : `At least 10 characters; this has ${value.length}.`),
    },
  });
  const change = useAccountChange((body: typeof form.values) => call(auth.changePassword, { body }));
  return (
    <Panel title="Password">
      <form
        onSubmit={form.onSubmit((values) =>
          change.mutate(values, {
            onSuccess: () => {
              form.reset();
              void notify({
                title: 'Password changed',
                message:
                  'All your other sessions have ended. API tokens go on working; they are revoked below, under API tokens.',
              });
            },
            onError: (error) => form.setErrors(refusals(error)),
          }),
        )}
        noValidate
      >
        <Stack gap="sm">
          <Group align="flex-start" gap="sm">
            <PasswordInput
              label="Current password"
              autoComplete="current-password"
              flex="1 1 14rem"
              {...form.getInputProps('currentPassword')}
            />
            <PasswordInput
              label="New password"
              autoComplete="new-password"
              flex="1 1 14rem"
              {...form.getInputProps('newPassword')}
            />
          </Group>
          <FormProblem title="Password not changed" form={form} />
          <Group>
            <Button type="submit" variant="default" loading={change.isPending}>
              Change the password
            </Button>
          </Group>
        </Stack>
      </form>
    </Panel>
  );
}
