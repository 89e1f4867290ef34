import { Button, Container } from '@mantine/core';
import { Link, useRouter } from '@tanstack/react-router';
import { Problem } from '../ui/problem.tsx';
import { Notice } from '../ui/notice.tsx';

export function NotFound() {
  return (
    <main>
      <title>Page not found – Xeno</title>
      <Notice title="This page does not exist" description="The address may be mistyped, or the page has moved.">
        <Button component={Link} to="/">
          Go to the overview
        </Button>
      </Notice>
    </main>
  );
}

/** When not even the session could be looked up, or a page broke: say so, and offer to try again. */
export function CannotStart({ error }: { error: unknown }) {
  const router = useRouter();
  return (
    <Container size="xs" py={80}>
      <title>Something went wrong – Xeno</title>
      <Problem error={error as Error} retry={() => void router.invalidate()} />
    </Container>
  );
}
