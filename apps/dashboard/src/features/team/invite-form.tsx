import { Alert, Button, Checkbox, Group, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { type Invitation, permits, type Role, type Tenant } from '@xeno/contracts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { CopyText } from '../../ui/copy-text.tsx';
import { notify } from '../../ui/notify.tsx';
import { FormProblem } from '../../ui/problem.tsx';
import { fieldErrors } from '../../ui/refusal.ts';
import { useTenants } from '../stores/queries.ts';
import { invitationsOf, useInvite } from './queries.ts';
import { RoleSelect } from './role-select.tsx';

export function InviteForm({ tenant }: { tenant: Tenant }) {
  const invite = useInvite(tenant.id);
  // they are not shown again, so all of this visit are
  const [links, setLinks] = useState<{ invitation: Invitation; link: string }[]>([]);
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
        onSuccess: ({ invitation, link }) => {
          form.reset();
          if (link) setLinks((before) => [...before, { invitation, link }]);
          else void notify({ title: 'Invited', message: `An e-mail is on its way to ${invitation.email}.` });
        },
        onError: (error) => form.setErrors(fieldErrors(error)),
      },
    ),
  );
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        <Group align="flex-start" gap="sm">
          <TextInput label="E-mail" type="email" autoComplete="off" flex="1 1 16rem" {...form.getInputProps('email')} />
          <RoleSelect role={form.values.role} flex="1 1 16rem" {...form.getInputProps('role')} />
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
        <FormProblem title="Not invited" error={invite.error} />
        <Group>
          <Button type="submit" size="xs" loading={invite.isPending}>
            Invite
          </Button>
        </Group>
        <Links tenantId={tenant.id} links={links} />
      </Stack>
    </form>
  );
}

/** To be passed on by hand, as long as the invitations are open. */
function Links({ tenantId, links }: { tenantId: string; links: { invitation: Invitation; link: string }[] }) {
  const { data: open = [] } = useQuery(invitationsOf(tenantId));
  const standing = links.filter(({ invitation }) => open.some(({ id }) => id === invitation.id));
  if (standing.length === 0) return null;
  return (
    <Alert color="teal" title="Pass the invitation on">
      <Text size="sm" mb="xs">
        Each link works once, for an account with its address. It is not shown again.
      </Text>
      <Stack gap="xs">
        {standing.map(({ invitation, link }) => (
          <CopyText key={invitation.id} text={link} label={`Link for ${invitation.email}`} />
        ))}
      </Stack>
    </Alert>
  );
}
