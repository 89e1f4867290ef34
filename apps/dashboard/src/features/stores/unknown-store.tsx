import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Notice } from '../../ui/notice.tsx';

export function UnknownStore() {
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
