import { Skeleton, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { PageHead } from '../../ui/page-head.tsx';
import { Problem } from '../../ui/problem.tsx';
import { AccountLog } from './account-log.tsx';
import { DeleteAccount } from './delete-account.tsx';
import { Email, Name, Password } from './identity.tsx';
import { profile } from './queries.ts';
import { SecondFactor } from './second-factor.tsx';
import { Sessions } from './sessions.tsx';

const ApiTokens = lazy(() => import('./api-tokens.tsx').then((module) => ({ default: module.ApiTokens })));

/** One's own account. */
export function ProfilePage() {
  const { data, error, refetch } = useQuery(profile);
  return (
    <>
      <PageHead title="Profile and security" description="Your account, and what opens it." />
      {error && !data && <Problem error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton h={420} />}
      {data && (
        <Stack gap="md" maw={820}>
          <Name name={data.user.name} />
          <Email email={data.user.email} />
          <Password />
          <SecondFactor on={data.secondFactor} codesLeft={data.recoveryCodesLeft} />
          <Sessions />
          <Suspense fallback={<Skeleton h={320} />}>
            <ApiTokens />
          </Suspense>
          <AccountLog />
          <DeleteAccount />
        </Stack>
      )}
    </>
  );
}
