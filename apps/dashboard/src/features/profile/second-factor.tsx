import { Button, Code, Group, List, PasswordInput, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { auth } from '@xeno/contracts';
import { lazy, Suspense, useState } from 'react';
import { call } from '../../lib/session.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { notify } from '../../ui/notify.tsx';
import { Panel } from '../../ui/panel.tsx';
import { FormProblem } from '../../ui/problem.tsx';
import { refusals } from '../../ui/refusal.ts';
import { useTenants } from '../stores/queries.ts';
import { useAccountChange } from './queries.ts';
import { RecoveryCodes } from './recovery-codes.tsx';
import { useNewCodes } from './use-new-codes.ts';

/** Fewer recovery codes stand out. */
const FEW = 4;

const QrCode = lazy(() => import('./qr-code.tsx'));

export function SecondFactor({ on, codesLeft }: { on: boolean; codesLeft: number }) {
  const [codes, showCodes] = useNewCodes();
  const begin = useAccountChange((password: string) => call(auth.beginSecondFactor, { body: { password } }));
  const confirm = useAccountChange((code: string) => call(auth.confirmSecondFactor, { body: { code } }));
  const end = useAccountChange((password: string) => call(auth.endSecondFactor, { body: { password } }));
  const renew = useAccountChange((password: string) => call(auth.renewRecoveryCodes, { body: { password } }));
  const { data: tenants = [] } = useTenants();
  const demanding = tenants.filter(({ requiresSecondFactor }) => requiresSecondFactor);
  const [asking, ask] = useState<'renew' | 'end' | null>(null);
  const close = () => ask(null);
  const form = useForm({
    initialValues: { password: '', code: '' },
    // a code is asked for after the password
    validate: { password: (value) => (value || begin.data ? null : 'Enter your password.') },
  });
  const explain = (error: Error) => form.setErrors(refusals(error));
  const startOver = () => {
    form.reset();
    begin.reset();
    showCodes(null);
  };
  const turnOff = () =>
    end.mutate(form.values.password, {
      onSuccess: () => {
        startOver();
        void notify({ title: 'Second factor off', message: 'Your password alone opens your account now.' });
      },
      onError: explain,
      onSettled: close,
    });
  const makeNewCodes = () =>
    renew.mutate(form.values.password, {
      onSuccess: ({ recoveryCodes }) => {
        form.reset();
        showCodes(recoveryCodes);
      },
      onError: explain,
      onSettled: close,
    });
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
        {codes && <RecoveryCodes codes={codes} />}
        {on ? (
          <form onSubmit={form.onSubmit(() => ask('renew'))}>
            <Stack gap="sm">
              <Text size="sm">It is on: a code of your authenticator app is asked for whenever you log in.</Text>
              <Text size="sm" data-testid="recovery-codes-left" fw={codesLeft < FEW ? 700 : undefined}>
                {codesLeft === 0
                  ? 'No recovery code is left: without the app nobody gets into your account. Make new ones.'
                  : `${codesLeft} recovery ${codesLeft === 1 ? 'code' : 'codes'} left: each replaces the app once.`}
              </Text>
              {password}
              <FormProblem title="Not done" form={form} />
              <Group gap="xs">
                <Button type="submit" variant="default">
                  Make new recovery codes
                </Button>
                <Button variant="default" onClick={() => !form.validate().hasErrors && ask('end')}>
                  Turn it off
                </Button>
              </Group>
            </Stack>
          </form>
        ) : begin.data ? (
          <form
            onSubmit={form.onSubmit((values) =>
              confirm.mutate(values.code, {
                onSuccess: ({ recoveryCodes }) => {
                  startOver();
                  showCodes(recoveryCodes);
                },
                onError: explain,
              }),
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
              <FormProblem title="Not turned on" form={form} />
              <Group gap="xs">
                <Button type="submit" loading={confirm.isPending}>
                  Turn it on
                </Button>
                <Button variant="default" onClick={startOver}>
                  Cancel
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
              <FormProblem title="Not set up" form={form} />
              <Group>
                <Button type="submit" variant="default" loading={begin.isPending}>
                  Set it up
                </Button>
              </Group>
            </Stack>
          </form>
        )}
      </Stack>
      {asking === 'renew' && (
        <Confirm
          title="Make new recovery codes?"
          action="Make new ones"
          loading={renew.isPending}
          onConfirm={makeNewCodes}
          onClose={close}
        >
          <Text size="sm">Those that you have no longer work then.</Text>
        </Confirm>
      )}
      {asking === 'end' && (
        <Confirm
          title="Turn the second factor off?"
          action="Turn it off"
          loading={end.isPending}
          onConfirm={turnOff}
          onClose={close}
        >
          <Text size="sm">Your password alone opens your account then.</Text>
          {demanding.length > 0 && (
            <>
              <Text size="sm" mt="xs">
                These stores demand one of their members: you are locked out of them until you have one again.
              </Text>
              <List size="sm">
                {demanding.map(({ id, storeName }) => (
                  <List.Item key={id}>
                    <bdi>{storeName}</bdi>
                  </List.Item>
                ))}
              </List>
            </>
          )}
        </Confirm>
      )}
    </Panel>
  );
}
