import { Button, Container } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Notice } from '../../ui/notice.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { useWaiting } from './queries.ts';
import { WaitingStore } from './waiting-stores.tsx';

/** In the place of a store that is not among the user's, or not again yet. */
export function UnknownStore({ id }: { id: string }) {
  const waiting = useWaiting().find(({ tenantId }) => tenantId === id);
  if (waiting)
    return (
      <Container size="sm" px={0}>
        <PageHead title="Not confirmed yet" context={waiting.shopDomain} />
        <WaitingStore waiting={waiting} />
      </Container>
    );
  return (
    <Notice
      title="You have no access to this store"
      description="You are not a member of it, or no longer. If that surprises you, ask its admins, or look for a typing mistake in the address."
    >
      <Button component={Link} to="/stores">
        See your stores
      </Button>
    </Notice>
  );
}
