import { Button, Group, PasswordInput, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { auth } from '@xeno/contracts';
import { useMutation } from '@tanstack/react-query';
import { call, leaveSession } from '../../lib/session.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Panel } from '../../ui/panel.tsx';
import { FormProblem } from '../../ui/problem.tsx';
import { refusals } from '../../ui/refusal.ts';

export function DeleteAccount() {
  const form = useForm({
    initialValues: { password: '' },
    validate: { password: (value) => (value ? null : 'Enter your password.') },
  });
  const [asking, { open, close }] = useDisclosure(false);
  const remove = useMutation({ mutationFn: (body: typeof form.values) => call(auth.deleteAccount, { body }) });
  const confirm = () =>
    remove.mutate(form.values, {
      onSuccess: leaveSession,
      onError: (error) => {
        close();
        form.setErrors(refusals(error));
      },
    });
  return (
    <Panel title="Delete your account">
      <form onSubmit={form.onSubmit(open)} noValidate>
        <Stack gap="sm">
          <Text size="sm">
            You leave all stores. Where nobody else is, the store is disconnected and its data is kept for whoever
            connects it again. Where others are and you are the only admin, hand the store over first, under Team.
          </Text>
          <PasswordInput
            label="Your password"
            autoComplete="current-password"
            maw={320}
            {...form.getInputProps('password')}
          />
          <FormProblem title="Account not deleted" form={form} />
          <Group>
            <Button type="submit" variant="light" color="red">
              Delete the account
            </Button>
          </Group>
        </Stack>
      </form>
      {asking && (
        <Confirm
          title="Delete your account?"
          action="Delete it for good"
          loading={remove.isPending}
          onConfirm={confirm}
          onClose={close}
        >
          <Text size="sm">Nobody can bring it back. Your sessions and API tokens end at once.</Text>
        </Confirm>
      )}
    </Panel>
  );
}
