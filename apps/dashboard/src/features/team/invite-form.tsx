import { Alert, Button, Checkbox, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { permits, type Role, type Tenant } from '@xeno/contracts';
import { ApiError } from '../../lib/api.ts';
import { CopyText } from '../../ui/copy-text.tsx';
import { notify } from '../../ui/notify.tsx';
import { Problem } from '../../ui/problem.tsx';
import { useTenants } from '../stores/queries.ts';
import { useInvite } from './queries.ts';
import { roleChoicesExplained } from './roles.ts';

export function InviteForm({ tenant }: { tenant: Tenant }) {
  const invite = useInvite(tenant.id);
  const { data: tenants = [] } = useTenants();
  const others = tenants.filter(({ id, role }) => id !== tenant.id && permits(role, 'members:manage'));
  const form = useForm({
    initialValues: { email: '', role: 'analyst' as Role, tenantIds: [] as string[] },
    validate: {
      email: (value) =>
        /^[^\s@]+@[^\s@]+$/.test(value.trim()) ? null : 'Enter an e-mail address, such as ada@example.com.',
    },
  });
  const submit = form.onSubmit(({ email, role, tenantIds }) =>
    invite.mutate(
      { email: email.trim(), role, tenantIds },
      {
        onSuccess: ({ link }) => {
          form.reset();
          if (!link) void notify({ title: 'Invited', message: `An e-mail is on its way to ${email.trim()}.` });
        },
        onError: (error) => error instanceof ApiError && form.setErrors(error.fields),
      },
    ),
  );
  const link = invite.data?.link;
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        <Group align="flex-start" gap="sm">
          <TextInput label="E-mail" type="email" autoComplete="off" flex="1 1 16rem" {...form.getInputProps('email')} />
          <NativeSelect label="Role" data={roleChoicesExplained} flex="1 1 16rem" {...form.getInputProps('role')} />
        </Group>
        {others.length > 0 && (
          <Checkbox.Group label="Also to these stores" {...form.getInputProps('tenantIds')}>
            <Group gap="md" mt={4}>
              {others.map(({ id, storeName }) => (
                <Checkbox key={id} value={id} label={<bdi>{storeName}</bdi>} />
              ))}
            </Group>
          </Checkbox.Group>
        )}
        {invite.error && !(invite.error instanceof ApiError && Object.keys(invite.error.fields).length > 0) && (
          <Problem error={invite.error} />
        )}
        {link && (
          <Alert color="teal" title={`Pass this link on to ${invite.data!.invitation.email}`}>
            <Text size="sm" mb="xs">
              It works once, for an account with that address. It is not shown again.
            </Text>
            <CopyText text={link} label="Link of the invitation" />
          </Alert>
        )}
        <Group>
          <Button type="submit" size="xs" loading={invite.isPending}>
            Invite
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
