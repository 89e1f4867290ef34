import { Alert, Stack, Text } from '@mantine/core';
import type { WaitingMembership } from '@xeno/contracts';
import { IconHourglass } from '@tabler/icons-react';
import { formatInstant } from '../../lib/format.ts';
import { Leave } from '../team/leave.tsx';
import { useWaiting } from './queries.ts';

/** The stores that the user was a member of until they came to somebody else. */
export function WaitingStores() {
  return useWaiting().map((waiting) => <WaitingStore key={waiting.tenantId} waiting={waiting} />);
}

export function WaitingStore({ waiting: { tenantId, shopDomain, since } }: { waiting: WaitingMembership }) {
  return (
    <Alert
      color="yellow"
      icon={<IconHourglass />}
      title={
        <>
          You wait to be let into <bdi>{shopDomain}</bdi> again
        </>
      }
    >
      <Stack gap="sm">
        <Text size="sm">
          Somebody else has connected this store on {formatInstant(since)}. Its admin has to confirm that you still
          belong to it; until then nothing of it is shown to you. Where it has no admin any more, whoever connects it
          again in Shopify becomes admin.
        </Text>
        <Leave tenantId={tenantId} storeName={shopDomain} />
      </Stack>
    </Alert>
  );
}
