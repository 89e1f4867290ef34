import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Notice } from '../../ui/notice.tsx';

export function UnknownStore() {
  return (
    <Notice
      title="There is no such store here"
      description="The address may be mistyped, or this account has no access to the store."
    >
      <Button component={Link} to="/stores">
        See your stores
      </Button>
    </Notice>
  );
}
