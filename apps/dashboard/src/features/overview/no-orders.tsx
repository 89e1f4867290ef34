import { Alert, Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { IconInfoCircle } from '@tabler/icons-react';
import type { OverviewSearch } from './periods.ts';

export function NoOrders({ search }: { search: OverviewSearch }) {
  const ever = search.period === 'all';
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
