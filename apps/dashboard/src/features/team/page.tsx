import { Badge, Box, Button, Group, Skeleton, Stack, Switch, Text } from '@mantine/core';
import { permits, type Tenant } from '@xeno/contracts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { formatInstant } from '../../lib/format.ts';
import classes from '../../ui/list.module.css';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Problem } from '../../ui/problem.tsx';
import { ChosenStore } from '../stores/chosen-store.tsx';
import { Leave } from './leave.tsx';
import { MemberRow } from './member-row.tsx';
import { onlyAdminObstacle } from './only-admin.ts';
import { invitationsOf, membersOf, useDemandSecondFactor, useRevokeInvitation } from './queries.ts';
import { ROLE_NAMES } from './roles.ts';

const InviteForm = lazy(() => import('./invite-form.tsx').then((module) => ({ default: module.InviteForm })));
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
  const { data: members } = useQuery({ ...membersOf(tenant.id), enabled: mayManage });
  const obstacle = mayManage && members ? onlyAdminObstacle(members) : null;
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
        <Leave tenantId={tenant.id} storeName={tenant.storeName} obstacle={obstacle} />
      </PageHead>
      <Stack gap="md">
        {mayManage ? (
          <>
            <Members tenant={tenant} obstacle={obstacle} />
            <Panel title="Invite somebody">
              <Suspense fallback={<Skeleton h={130} />}>
                <InviteForm tenant={tenant} />
              </Suspense>
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

function Members({ tenant, obstacle }: { tenant: Tenant; obstacle: string | null }) {
  const { data, error, isPending, refetch } = useQuery(membersOf(tenant.id));
  return (
    <Panel title="Members" data-testid="members">
      {isPending && <Skeleton h={80} />}
      {error && !data && <Problem error={error} retry={() => void refetch()} />}
      {data && (
        <Box component="ul" className={classes['list']!}>
          {data.map((member) => (
            <MemberRow key={member.userId} tenant={tenant} member={member} obstacle={obstacle} />
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
