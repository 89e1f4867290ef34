import { Button, Checkbox, Group, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { type Invitation, permits, type Role, type Tenant } from '@xeno/contracts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { notify } from '../../ui/notify.tsx';
import { FormProblem } from '../../ui/problem.tsx';
import { refusals } from '../../ui/refusal.ts';
import { TakeAlong } from '../../ui/take-along.tsx';
import { useTenants } from '../stores/queries.ts';
import { invitationsOf, useInvite } from './queries.ts';
import { RoleSelect } from './role-select.tsx';

export function InviteForm({ tenant }: { tenant: Tenant }) {
  const invite = useInvite(tenant.id);
  const { data: open = [] } = useQuery(invitationsOf(tenant.id));
  const [links, setLinks] = useState<{ invitation: Invitation; link: string }[]>([]);
  const { data: tenants = [] } = useTenants();
  const others = tenants.filter(
    ({ id, role, lacksSecondFactor }) => id !== tenant.id && !lacksSecondFactor && permits(role, 'members:manage'),
  );
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
        onError: (error) => form.setErrors(refusals(error)),
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
        <FormProblem title="Not invited" form={form} />
        <Group>
          <Button type="submit" size="xs" loading={invite.isPending}>
            Invite
          </Button>
        </Group>
        <TakeAlong
          title="Pass the invitation on"
          secrets={links
            .filter(({ invitation }) => open.some(({ id }) => id === invitation.id))
            .map(({ invitation: { id, email }, link }) => ({ id, label: `Link for ${email}`, text: link }))}
        >
          Each link works once, for an account with its address. It is not shown again.
        </TakeAlong>
      </Stack>
    </form>
  );
}
