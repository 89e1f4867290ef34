import { Alert, Text } from '@mantine/core';
import { IconHourglass } from '@tabler/icons-react';
import { formatInstant } from '../../lib/format.ts';
import { useWaiting } from './queries.ts';

/** The stores that the user was a member of until they came to somebody else. */
export function WaitingStores() {
  return useWaiting().map(({ shopDomain, since }) => (
    <Alert
      key={shopDomain}
      color="yellow"
      icon={<IconHourglass />}
      title={`You wait to be let into ${shopDomain} again`}
    >
      <Text size="sm">
        Somebody else has connected this store on {formatInstant(since)}. Its admin has to confirm that you still belong
        to it; until then nothing of it is shown to you.
      </Text>
    </Alert>
  ));
}
