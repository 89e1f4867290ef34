import { Alert, Button, Code, Group, List, PasswordInput, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { auth } from '@xeno/contracts';
import { lazy, Suspense } from 'react';
import { ApiError } from '../../lib/api.ts';
import { call } from '../../lib/session.ts';
import { notify, notifyFailure } from '../../ui/notify.tsx';
import { Panel } from '../../ui/panel.tsx';
import { useAccountChange } from './queries.ts';

const QrCode = lazy(() => import('./qr-code.tsx'));

export function SecondFactor({ on }: { on: boolean }) {
  const begin = useAccountChange((password: string) => call(auth.beginSecondFactor, { body: { password } }));
  const confirm = useAccountChange((code: string) => call(auth.confirmSecondFactor, { body: { code } }));
  const end = useAccountChange((password: string) => call(auth.endSecondFactor, { body: { password } }));
  const form = useForm({ initialValues: { password: '', code: '' } });
  const explain = (error: Error) =>
    error instanceof ApiError && Object.keys(error.fields).length > 0
      ? form.setErrors(error.fields)
      : notifyFailure('That did not work')(error);
  const password = (
    <PasswordInput
      label="Your password"
      autoComplete="current-password"
      maw={320}
      {...form.getInputProps('password')}
    />
  );
  return (
    <Panel title="Second factor">
      <Stack gap="sm">
        {confirm.data && (
          <Alert color="teal" title="The second factor is on. Keep these codes">
            <Text size="sm" mb="xs">
              Each opens your account once, in the place of the app, if you lose it. They are not shown again.
            </Text>
            <List size="sm" listStyleType="none" data-testid="recovery-codes">
              {confirm.data.recoveryCodes.map((code) => (
                <List.Item key={code}>
                  <Code>{code}</Code>
                </List.Item>
              ))}
            </List>
          </Alert>
        )}
        {on ? (
          <form
            onSubmit={form.onSubmit((values) =>
              end.mutate(values.password, {
                onSuccess: () => {
                  form.reset();
                  begin.reset();
                  confirm.reset();
                  void notify({ title: 'Second factor off', message: 'Your password alone opens your account now.' });
                },
                onError: explain,
              }),
            )}
          >
            <Stack gap="sm">
              <Text size="sm">It is on: a code of your authenticator app is asked for whenever you log in.</Text>
              {password}
              <Group>
                <Button type="submit" variant="default" color="red" loading={end.isPending}>
                  Turn it off
                </Button>
              </Group>
            </Stack>
          </form>
        ) : begin.data ? (
          <form
            onSubmit={form.onSubmit((values) =>
              confirm.mutate(values.code, { onSuccess: () => form.reset(), onError: explain }),
            )}
          >
            <Stack gap="sm">
              <Text size="sm">
                Scan this with your authenticator app, or type the secret in, then enter the code it shows.
              </Text>
              <Suspense fallback={<Skeleton h={192} w={192} />}>
                <QrCode text={begin.data.uri} />
              </Suspense>
              <Text size="sm">
                Secret: <Code data-testid="totp-secret">{begin.data.secret}</Code>
              </Text>
              <TextInput
                label="Code"
                inputMode="numeric"
                autoComplete="one-time-code"
                maw={200}
                {...form.getInputProps('code')}
              />
              <Group>
                <Button type="submit" loading={confirm.isPending}>
                  Turn it on
                </Button>
              </Group>
            </Stack>
          </form>
        ) : (
          <form
            onSubmit={form.onSubmit((values) =>
              begin.mutate(values.password, { onSuccess: () => form.reset(), onError: explain }),
            )}
          >
            <Stack gap="sm">
              <Text size="sm">It is off. With it, a stolen password alone does not open your account.</Text>
              {password}
              <Group>
                <Button type="submit" variant="default" loading={begin.isPending}>
                  Set it up
                </Button>
              </Group>
            </Stack>
          </form>
        )}
      </Stack>
    </Panel>
  );
}

/** Dark on light whatever the colour scheme: cameras need it so. */
