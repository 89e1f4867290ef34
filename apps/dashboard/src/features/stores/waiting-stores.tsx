import { Alert, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconHourglass } from '@tabler/icons-react';
import { formatInstant } from '../../lib/format.ts';
import { tenants, useWaiting } from './queries.ts';

/** The stores that the user was a member of until they came to somebody else. */
export function WaitingStores() {
  const waiting = useWaiting();
  // of a store that is not the user's no stream tells
  useQuery({ ...tenants, refetchInterval: waiting.length > 0 ? 2_000 : false });
  return waiting.map(({ shopDomain, since }) => (
    <Alert
      key={shopDomain}
      color="yellow"
      icon={<IconHourglass />}
      title={
        <>
          You wait to be let into <bdi>{shopDomain}</bdi> again
        </>
      }
    >
      <Text size="sm">
        Somebody else has connected this store on {formatInstant(since)}. Its admin has to confirm that you still belong
        to it; until then nothing of it is shown to you. Where it has no admin any more, whoever connects it again in
        Shopify becomes admin.
      </Text>
    </Alert>
  ));
}
