import { Button } from '@mantine/core';
import type { Tenant } from '@xeno/contracts';
import { Link } from '@tanstack/react-router';
import { Notice } from '../../ui/notice.tsx';
import { Leave } from '../team/leave.tsx';

/** In the place of whatever there is of a store that demands a second factor of its members. */
export function SecondFactorNeeded({ tenant }: { tenant: Tenant }) {
  return (
    <Notice
      title="A second factor is needed"
      description={
        <>
          <bdi>{tenant.storeName}</bdi> is shown to members with a second factor only. Set one up under Profile and
          security, and all of it is here again.
        </>
      }
    >
      <Button size="xs" component={Link} to="/profile">
        Profile and security
      </Button>
      <Leave tenantId={tenant.id} storeName={tenant.storeName} />
    </Notice>
  );
}
