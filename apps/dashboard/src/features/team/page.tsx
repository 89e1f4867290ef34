import { Badge, Box, Button, Group, Skeleton, Stack, Switch, Text } from '@mantine/core';
import { permits, type Tenant } from '@xeno/contracts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { formatInstant } from '../../lib/format.ts';
import { Confirm } from '../../ui/confirm.tsx';
import classes from '../../ui/list.module.css';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Problem } from '../../ui/problem.tsx';
import { ChosenStore } from '../stores/chosen-store.tsx';
import { InviteForm } from './invite-form.tsx';
import { MemberRow } from './member-row.tsx';
import { invitationsOf, membersOf, useDemandSecondFactor, useLeave, useRevokeInvitation } from './queries.ts';
import { ROLE_NAMES } from './roles.ts';

const route = getRouteApi('/app/team');

/** Who has which role in a store. */
export function TeamPage() {
  return (
    <ChosenStore title="Team" to="/team" search={route.useSearch()}>
      {(tenant) => <Team key={tenant.id} tenant={tenant} />}
    </ChosenStore>
  );
}

function Team({ tenant }: { tenant: Tenant }) {
  const mayManage = permits(tenant.role, 'members:manage');
  return (
    <>
      <PageHead
        title="Team"
        context={tenant.storeName}
        description={
          <>
            Who has access to <bdi>{tenant.storeName}</bdi>. You are {ROLE_NAMES[tenant.role].toLowerCase()} here.
          </>
        }
      >
        <Leave tenant={tenant} />
      </PageHead>
      <Stack gap="md">
        {mayManage ? (
          <>
            <Members tenant={tenant} />
            <Panel title="Invite somebody">
              <InviteForm tenant={tenant} />
            </Panel>
            <Invitations tenant={tenant} />
            <Security tenant={tenant} />
          </>
        ) : (
          <Text size="sm" c="dimmed">
            Members and roles are the admins’ affair. Ask one of them to change yours.
          </Text>
        )}
      </Stack>
    </>
  );
}

function Members({ tenant }: { tenant: Tenant }) {
  const { data, error, isPending, refetch } = useQuery(membersOf(tenant.id));
  return (
    <Panel title="Members" data-testid="members">
      {isPending && <Skeleton h={80} />}
      {error && !data && <Problem error={error} retry={() => void refetch()} />}
      {data && (
        <Box component="ul" className={classes['list']!}>
          {data.map((member) => (
            <MemberRow key={member.userId} tenant={tenant} member={member} />
          ))}
        </Box>
      )}
    </Panel>
  );
}

function Invitations({ tenant }: { tenant: Tenant }) {
  const { data } = useQuery(invitationsOf(tenant.id));
  const revoke = useRevokeInvitation(tenant.id);
  if (!data?.length) return null;
  return (
    <Panel title="Open invitations">
      <Box component="ul" className={classes['list']!}>
        {data.map(({ id, email, role, invitedBy, expiresAt }) => (
          <Box component="li" key={id} className={classes['item']!}>
            <Group justify="space-between" gap="xs">
              <Box miw={0}>
                <Group gap="xs">
                  <Text size="sm" fw={600}>
                    {email}
                  </Text>
                  <Badge variant="light" tt="none" radius="sm">
                    {ROLE_NAMES[role]}
                  </Badge>
                </Group>
                <Text size="xs" c="dimmed">
                  Invited by <bdi>{invitedBy}</bdi>, until {formatInstant(expiresAt)}
                </Text>
              </Box>
              <Button
                size="compact-xs"
                variant="default"
                aria-label={`Withdraw the invitation of ${email}`}
                loading={revoke.isPending && revoke.variables === id}
                onClick={() => revoke.mutate(id)}
              >
                Withdraw
              </Button>
            </Group>
          </Box>
        ))}
      </Box>
    </Panel>
  );
}

function Security({ tenant }: { tenant: Tenant }) {
  const demand = useDemandSecondFactor(tenant.id);
  return (
    <Panel title="Security">
      <Switch
        label="Members must have a second factor"
        description="Who has none sees nothing of this store until they have set one up under Profile and security."
        checked={demand.isPending ? demand.variables : tenant.requiresSecondFactor}
        onChange={({ currentTarget }) => demand.mutate(currentTarget.checked)}
      />
    </Panel>
  );
}

function Leave({ tenant }: { tenant: Tenant }) {
  const [asked, setAsked] = useState(false);
  const leave = useLeave(tenant.id);
  const confirm = () => leave.mutate(undefined, { onSettled: () => setAsked(false) });
  return (
    <>
      <Button size="xs" variant="subtle" color="red" onClick={() => setAsked(true)}>
        Leave this store
      </Button>
      {asked && (
        <Confirm
          title={<bdi>Leave {tenant.storeName}?</bdi>}
          action="Leave"
          loading={leave.isPending}
          onConfirm={confirm}
          onClose={() => setAsked(false)}
        >
          <Text size="sm">You will see nothing of it any more. An admin can invite you again.</Text>
        </Confirm>
      )}
    </>
  );
}
