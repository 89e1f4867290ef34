import '@mantine/core/styles.css';
import './global.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { keepFocus } from '../lib/keep-focus.ts';
import { onSessionEnd } from '../lib/session.ts';
import { ToastOutlet } from '../ui/notify.tsx';
import { queryClient } from './query-client.ts';
import { router } from './router.tsx';
import { cssVariables, theme } from './theme.ts';

onSessionEnd((by) => {
  queryClient.clear();
  // Whom the server logged out comes back to the same page; who logged out is done with it, but for an invitation, which
  // may be for another account.
  const stays = by === 'server' || router.state.location.pathname === '/invitation';
  void (stays ? router.invalidate() : router.navigate({ to: '/login' }));
});

// what lets the style elements that libraries make through the content security policy
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
setNonce(nonce);

keepFocus();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <ToastOutlet />
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
