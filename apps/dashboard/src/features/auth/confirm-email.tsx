import { Anchor, Button, Stack, Text } from '@mantine/core';
import { auth } from '@xeno/contracts';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { request } from '../../lib/api.ts';
import { Problem } from '../../ui/problem.tsx';
import { forgetLinkToken, linkToken } from './link-token.ts';
import { VisitorPage } from './visitor-page.tsx';

/** By a click, since programs that look at mails open links. */
export function ConfirmEmailPage() {
  const [token] = useState(() => linkToken('email'));
  const confirm = useMutation({
    mutationFn: () => request(auth.confirmEmailChange, { body: { token: token ?? '' } }),
    onSuccess: () => forgetLinkToken('email'),
  });
  return (
    <VisitorPage
      title="Your new e-mail"
      footer={
        <Anchor component={Link} to="/" underline="always">
          To Xeno
        </Anchor>
      }
    >
      {confirm.isSuccess ? (
        <Text role="status">
          Your account’s e-mail is {confirm.data.email} now. From now on you log in with it, and no longer with the
          former one.
        </Text>
      ) : (
        <Stack>
          {confirm.error && <Problem title="Address not confirmed" error={confirm.error} />}
          {token ? (
            <>
              <Text>
                This link was sent to the new address that was asked for in your account. Once you confirm it, you log
                in with it in the place of the former one.
              </Text>
              <Button loading={confirm.isPending} onClick={() => confirm.mutate()}>
                Use this address for my account
              </Button>
            </>
          ) : (
            <Text>Open the link in the e-mail; this address alone is not enough.</Text>
          )}
        </Stack>
      )}
    </VisitorPage>
  );
}
