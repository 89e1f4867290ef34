import { Badge, Box, Button, Checkbox, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { type ApiToken, auth, permits, type Role } from '@xeno/contracts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { formatInstant } from '../../lib/format.ts';
import { call } from '../../lib/session.ts';
import { Confirm } from '../../ui/confirm.tsx';
import classes from '../../ui/list.module.css';
import { notifyFailure } from '../../ui/notify.tsx';
import { Panel } from '../../ui/panel.tsx';
import { FormProblem } from '../../ui/problem.tsx';
import { refusals } from '../../ui/refusal.ts';
import { TakeAlong } from '../../ui/take-along.tsx';
import { When } from '../../ui/when.tsx';
import { useTenants } from '../stores/queries.ts';
import { RoleSelect } from '../team/role-select.tsx';
import { ROLE_NAMES } from '../team/roles.ts';
import { tokens, useAccountChange } from './queries.ts';

const LIFETIMES = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '366', label: 'One year' },
];

export function ApiTokens() {
  const { data } = useQuery(tokens);
  const { data: tenants = [] } = useTenants();
  const own = tenants.filter(({ role, lacksSecondFactor }) => !lacksSecondFactor && permits(role, 'tokens:manage'));
  return (
    <Panel title="API tokens">
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          For programs that ask the API for figures. One goes as far as its stores and role, and never further than you.
        </Text>
        {data && data.length > 0 && (
          <Box component="ul" className={classes['list']!}>
            {data.map((token) => (
              <Row
                key={token.id}
                token={token}
                stores={tenants.filter(({ id }) => token.tenantIds.includes(id)).map(({ storeName }) => storeName)}
              />
            ))}
          </Box>
        )}
        {own.length === 0 ? (
          <Text size="sm">
            Tokens are made for stores of which you are admin and that are open to you; there is none.
          </Text>
        ) : (
          <NewToken stores={own} />
        )}
      </Stack>
    </Panel>
  );
}

function Row({ token, stores }: { token: ApiToken; stores: string[] }) {
  const [asking, { open, close }] = useDisclosure(false);
  const revoke = useAccountChange(() => call(auth.revokeToken, { params: { tokenId: token.id } }));
  return (
    <Box component="li" className={classes['item']!}>
      <Group justify="space-between" gap="xs">
        <Box miw={0}>
          <Group gap="xs">
            <Text size="sm" fw={600} dir="auto">
              {token.name}
            </Text>
            <Badge variant="light" tt="none" radius="sm">
              {ROLE_NAMES[token.role]}
            </Badge>
            <Text size="sm" dir="auto">
              {stores.join(', ') || 'no store of yours any more'}
            </Text>
          </Group>
          <Text size="xs" c="dimmed">
            until {formatInstant(token.expiresAt)} ·{' '}
            {token.lastUsedAt ? (
              <>
                last used <When instant={token.lastUsedAt} short />
              </>
            ) : (
              'never used'
            )}
          </Text>
        </Box>
        <Button
          size="compact-xs"
          variant="default"
          miw="max-content"
          aria-label={`Revoke ${token.name}`}
          onClick={open}
        >
          Revoke
        </Button>
      </Group>
      {asking && (
        <Confirm
          title={<bdi>Revoke {token.name}?</bdi>}
          action="Revoke"
          loading={revoke.isPending}
          onConfirm={() => revoke.mutate(undefined, { onError: notifyFailure('Not revoked'), onSettled: close })}
          onClose={close}
        >
          <Text size="sm">Programs that use this token are refused at once. Nobody can bring it back.</Text>
        </Confirm>
      )}
    </Box>
  );
}

function NewToken({ stores }: { stores: { id: string; storeName: string }[] }) {
  const { data: all = [] } = useQuery(tokens);
  const [made, setMade] = useState<{ apiToken: ApiToken; token: string }[]>([]);
  const form = useForm({
    initialValues: { name: '', role: 'analyst' as Role, tenantIds: [] as string[], days: '90' },
    validate: {
      name: (value) => (value.trim() ? null : 'Enter a name.'),
      tenantIds: (value) => (value.length > 0 ? null : 'Choose at least one store.'),
    },
  });
  const create = useAccountChange(({ days, ...body }: typeof form.values) =>
    call(auth.createToken, { body: { ...body, expiresInDays: Number(days) } }),
  );
  return (
    <form
      onSubmit={form.onSubmit((values) =>
        create.mutate(values, {
          onSuccess: (answer) => {
            form.reset();
            setMade((before) => [...before, answer]);
          },
          onError: (error) => form.setErrors(refusals(error)),
        }),
      )}
      noValidate
    >
      <Stack gap="sm">
        <Group align="flex-start" gap="sm">
          <TextInput
            label="Name of the token"
            description="What it is for, such as a report."
            inputWrapperOrder={['label', 'input', 'error', 'description']}
            flex="1 1 12rem"
            {...form.getInputProps('name')}
          />
          <RoleSelect role={form.values.role} flex="1 1 12rem" {...form.getInputProps('role')} />
          <NativeSelect label="Works for" data={LIFETIMES} {...form.getInputProps('days')} />
        </Group>
        <Checkbox.Group label="Stores" {...form.getInputProps('tenantIds')}>
          <Group gap="md" mt={4}>
            {stores.map(({ id, storeName }) => (
              <Checkbox key={id} value={id} label={<bdi>{storeName}</bdi>} />
            ))}
          </Group>
        </Checkbox.Group>
        <FormProblem title="Token not made" form={form} />
        <TakeAlong
          title="Take it along now"
          secrets={made
            .filter(({ apiToken }) => all.some(({ id }) => id === apiToken.id))
            .map(({ apiToken: { id, name }, token }) => ({ id, label: `API token “${name}”`, text: token }))}
        >
          It is not shown again. Whoever has it may do what it may do.
        </TakeAlong>
        <Group>
          <Button type="submit" variant="default" loading={create.isPending}>
            Make a token
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
