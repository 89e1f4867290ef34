import { Anchor, Button, List, Skeleton, Stack, Text } from '@mantine/core';
import { teams } from '@xeno/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { request } from '../../lib/api.ts';
import { formatInstant } from '../../lib/format.ts';
import { call, currentUser, endSession } from '../../lib/session.ts';
import { notifyFailure } from '../../ui/notify.tsx';
import { Problem } from '../../ui/problem.tsx';
import { tenants } from '../stores/queries.ts';
import { ROLE_NAMES } from '../team/roles.ts';
import { forgetLinkToken, linkToken } from './link-token.ts';
import { VisitorPage } from './visitor-page.tsx';

const BACK = { redirect: '/invitation' };

export function InvitationPage() {
  const [token] = useState(() => linkToken('invitation'));
  const client = useQueryClient();
  const navigate = useNavigate();
  const [user, setUser] = useState(currentUser);
  const { data, error, isPending } = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => request(teams.readInvitation, { body: { token: token ?? '' } }),
    enabled: token !== null,
  });
  const accept = useMutation({
    mutationFn: () => call(teams.acceptInvitation, { body: { token: token ?? '' } }),
    onSuccess: async ({ tenantIds }) => {
      forgetLinkToken('invitation');
      await client.invalidateQueries({ queryKey: tenants.queryKey });
      await navigate({ to: '/', search: { store: tenantIds[0]! } } as object);
    },
  });
  const failure = accept.error ?? error;
  const state = { email: data?.email };
  const fits = data && user?.email === data.email;
  return (
    <VisitorPage
      title="Invitation"
      footer={
        <Anchor component={Link} to="/" underline="always">
          To Xeno
        </Anchor>
      }
    >
      <Stack>
        {token === null && <Text>Open the whole link of the invitation; this address alone is not enough.</Text>}
        {token !== null && isPending && <Skeleton h={90} />}
        {failure && <Problem title="Invitation not accepted" error={failure} />}
        {data && (
          <>
            <Text>
              <bdi>{data.invitedBy}</bdi> invites{' '}
              <strong>
                <bdi>{data.email}</bdi>
              </strong>{' '}
              as <strong>{ROLE_NAMES[data.role].toLowerCase()}</strong> to:
            </Text>
            <List>
              {data.stores.map(({ shopDomain, storeName }) => (
                <List.Item key={shopDomain}>
                  <bdi>{storeName}</bdi> ({shopDomain})
                </List.Item>
              ))}
            </List>
            <Text size="xs" c="dimmed">
              Until {formatInstant(data.expiresAt)}
            </Text>
            {fits && (
              <Button loading={accept.isPending} onClick={() => accept.mutate()}>
                Accept
              </Button>
            )}
            {user && !fits && (
              <>
                <Text size="sm">
                  You are logged in as <bdi>{user.email}</bdi>. The invitation is for another address.
                </Text>
                <Button
                  variant="default"
                  onClick={() => void endSession().then(() => setUser(null), notifyFailure('Not logged out'))}
                >
                  Log out
                </Button>
              </>
            )}
            {!user && (
              <Stack gap="xs">
                <Button component={Link} {...({ to: '/login', search: BACK, state } as object)}>
                  Log in
                </Button>
                <Button variant="default" component={Link} {...({ to: '/register', search: BACK, state } as object)}>
                  Create an account
                </Button>
              </Stack>
            )}
          </>
        )}
      </Stack>
    </VisitorPage>
  );
}
