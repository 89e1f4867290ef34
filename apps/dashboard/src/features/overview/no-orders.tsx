import { Alert, Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { IconInfoCircle } from '@tabler/icons-react';
import type { OverviewSearch } from './periods.ts';

/** `inOthers`: there are some in other currencies than the store's own. */
export function NoOrders({ search, inOthers }: { search: OverviewSearch; inOthers: boolean }) {
  const ever = search.period === 'all';
  if (inOthers) {
    return (
      <Alert color="gray" icon={<IconInfoCircle />} title="No orders in the store’s own currency">
        <Text size="sm">Those in other currencies stand below.</Text>
      </Alert>
    );
  }
  return (
    <Alert
      color="gray"
      icon={<IconInfoCircle />}
      title={ever ? 'This store has no orders yet' : 'No orders in this period'}
    >
      <Text size="sm">
        {ever ? (
          'As soon as the first one is placed it appears here. Test orders do not count.'
        ) : (
          <Anchor
            component={Link}
            {...({ to: '/', search: { ...search, period: 'all' } } as object)}
            size="sm"
            underline="always"
          >
            Look at all time
          </Anchor>
        )}
      </Text>
    </Alert>
  );
}
