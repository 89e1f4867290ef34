import { Alert, Code, Container, List, Text } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ConnectForm } from './connect-form.tsx';

interface Explanation {
  title: string;
  happened: string;
  todo: string[];
}

const AGAIN = 'Start again with the form below, in this browser, and finish within a few minutes.';

/** By the code that the callback gives when it refuses. */
const EXPLANATIONS: Record<string, Explanation> = {
  state_invalid: {
    title: 'This connection attempt is no longer valid',
    happened:
      'The attempt was begun in another browser, took too long, or was already used once. To protect your store, each can be finished only once, where it was begun.',
    todo: [AGAIN, 'Cookies must be allowed for this site.'],
  },
  timestamp_old: {
    title: 'The answer from Shopify came too late',
    happened: 'Shopify’s answer was older than we accept, so that nobody can use an old one again.',
    todo: [AGAIN, 'If it happens again, the clock of the server is probably wrong.'],
  },
  hmac_invalid: {
    title: 'The answer was not signed by Shopify',
    happened:
      'The signature that came back does not fit this app’s secret: the address was changed on the way, or the app’s API secret in the settings is not the one in Shopify.',
    todo: [AGAIN, 'If it happens again, compare SHOPIFY_API_SECRET with the app’s secret in Shopify.'],
  },
  shop_mismatch: {
    title: 'Another store answered',
    happened: 'The store that agreed is not the one the connection was begun for.',
    todo: ['Log in to the right store in Shopify’s admin first.', AGAIN],
  },
  shop_owned_by_another: {
    title: 'This store is already connected by someone else',
    happened: 'A store belongs to the team that has connected it. Nothing was changed there.',
    todo: [
      'Log in here with an account of that team, or ask its admin to invite you.',
      'If the name was mistyped, start again with the right one.',
    ],
  },
  admin_needed: {
    title: 'Only an admin can connect this store again',
    happened: 'You are a member of this store already, and connecting it is for its admins. Nothing was changed.',
    todo: ['Ask an admin of the store to connect it again, or to make you admin.'],
  },
  confirmation_pending: {
    title: 'Your membership waits to be confirmed',
    happened:
      'You are a member already and wait for an admin’s confirmation, as somebody else has connected the store meanwhile. Nothing was changed.',
    todo: ['Ask an admin of the store to confirm you, under Team.', 'Until then it is listed under Stores as waiting.'],
  },
  being_erased: {
    title: 'The store’s data is being erased',
    happened:
      'Shopify has asked for it, as it does after an uninstallation, and it has not ended yet. Nothing was changed.',
    todo: ['Connect the store again in a few minutes: all that Shopify has of it is fetched then.'],
  },
  access_denied: {
    title: 'Access was not granted',
    happened: 'Shopify’s consent page was cancelled, so nothing was connected.',
    todo: [
      'If that was not meant, start again and choose to install the app.',
      'Only staff with permission to install apps can agree.',
    ],
  },
  exchange_failed: {
    title: 'Shopify did not hand out access',
    happened: 'You agreed, but Shopify did not answer as it should when we asked for access to the store.',
    todo: [AGAIN, 'If it happens again, check the app’s API key and secret, and Shopify’s status page.'],
  },
  scopes_missing: {
    title: 'Some permissions are missing',
    happened: 'Orders, customers and products cannot be read with the permissions that were granted.',
    todo: [
      'Start again and accept all permissions that are asked for.',
      'Check that the app’s settings in Shopify allow these permissions.',
    ],
  },
};

const UNKNOWN: Explanation = {
  title: 'The store could not be connected',
  happened: 'Something unexpected happened on the way back from Shopify. Nothing was connected.',
  todo: [AGAIN],
};

const route = getRouteApi('/app/stores/connect-error');

export function ConnectErrorPage() {
  const { code = 'unknown', shop, ask } = route.useSearch();
  const { title, happened, todo } = (Object.hasOwn(EXPLANATIONS, code) && EXPLANATIONS[code]) || UNKNOWN;
  return (
    <Container size="sm" px={0}>
      <PageHead title="Store not connected" description={shop && <bdi>{shop}</bdi>} />
      <Alert color="red" icon={<IconPlugConnectedX />} title={title} mb="md" role="alert">
        <Text size="sm" mb="sm">
          {happened}
        </Text>
        <Text size="sm" fw={600}>
          What to do
        </Text>
        <List size="sm">
          {todo.map((step) => (
            <List.Item key={step}>{step}</List.Item>
          ))}
          {ask && (
            <List.Item>
              Its admin is <bdi>{ask}</bdi>.
            </List.Item>
          )}
        </List>
        <Text size="xs" mt="sm" style={{ overflowWrap: 'anywhere' }}>
          Code: <Code>{code}</Code>
        </Text>
      </Alert>
      <Panel title="Try again">
        <ConnectForm shop={shop ?? ''} />
      </Panel>
    </Container>
  );
}
