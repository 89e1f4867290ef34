import { stores as storesApi } from '@xeno/contracts';
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { parseAuditSearch } from '../features/audit/search.ts';
import { parseOperationsSearch } from '../features/operations/search.ts';
import { parseOverviewSearch } from '../features/overview/periods.ts';
import { parseConnectErrorSearch, parseStoreSearch, storeOf } from '../features/stores/search.ts';
import { call, currentUser, startSession } from '../lib/session.ts';
import { CannotStart, NotFound } from './fallbacks.tsx';
import { Shell } from './shell.tsx';

/** A page of this site to go to after logging in; anything else, such as another site's address, is ignored. */
const safePath = (path: unknown): string =>
  typeof path === 'string' && /^\/(?!\/|login)[^\\\p{Cc}]*$/u.test(path) ? path : '/';

/**
 * Where to go after logging in: the page asked for, unless it is of a store that is nothing to whoever has logged in now,
 * who may be somebody else.
 */
async function landing(path: string | undefined): Promise<string> {
  const page = safePath(path);
  const store = storeOf(page);
  if (!store) return page;
  const mine = await call(storesApi.listTenants, {}).catch(() => null);
  if (!mine) return page; // which says itself that it cannot be read
  const { data, waiting } = mine;
  return data.some(({ id }) => id === store) || waiting.some(({ tenantId }) => tenantId === store) ? page : '/';
}

/**
 * A route's search is what `parse` makes of the address, and nothing else. The router hands on what is left out as it
 * stands in the address; so it is named, as undefined.
 */
function only<T extends object>(parse: (search: Record<string, unknown>) => T) {
  return (search: Record<string, unknown>): T => ({
    ...Object.fromEntries(Object.keys(search).map((key) => [key, undefined])),
    ...parse(search),
  });
}

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: CannotStart });

const visitor = createRoute({
  getParentRoute: () => root,
  id: 'visitor',
  validateSearch: only<{ redirect?: string }>(({ redirect: path }) =>
    typeof path === 'string' ? { redirect: safePath(path) } : {},
  ),
  beforeLoad: async ({ search }) => {
    await startSession();
    if (currentUser()) throw redirect({ href: await landing(search.redirect), replace: true });
  },
});
const login = createRoute({
  getParentRoute: () => visitor,
  path: '/login',
  component: lazyRouteComponent(() => import('../features/auth/login.tsx'), 'LoginPage'),
});
const register = createRoute({
  getParentRoute: () => visitor,
  path: '/register',
  component: lazyRouteComponent(() => import('../features/auth/register.tsx'), 'RegisterPage'),
});

const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  component: Shell,
  beforeLoad: async ({ location }) => {
    await startSession();
    if (!currentUser()) {
      const from = location.href === '/' ? {} : { redirect: location.href };
      throw redirect({ to: '/login', search: from, replace: true });
    }
  },
});
const overview = createRoute({
  getParentRoute: () => app,
  path: '/',
  validateSearch: only(parseOverviewSearch),
  component: lazyRouteComponent(() => import('../features/overview/page.tsx'), 'OverviewPage'),
});
const stores = createRoute({
  getParentRoute: () => app,
  path: '/stores',
  component: lazyRouteComponent(() => import('../features/stores/page.tsx'), 'StoresPage'),
});
const connectError = createRoute({
  getParentRoute: () => app,
  path: '/stores/connect-error',
  validateSearch: only(parseConnectErrorSearch),
  component: lazyRouteComponent(() => import('../features/stores/connect-error.tsx'), 'ConnectErrorPage'),
});
const store = createRoute({
  getParentRoute: () => app,
  path: '/stores/$id',
  component: lazyRouteComponent(() => import('../features/stores/store-page.tsx'), 'StorePage'),
});

const operations = createRoute({
  getParentRoute: () => app,
  path: '/operations',
  validateSearch: only(parseOperationsSearch),
  component: lazyRouteComponent(() => import('../features/operations/page.tsx'), 'OperationsPage'),
});

const team = createRoute({
  getParentRoute: () => app,
  path: '/team',
  validateSearch: only(parseStoreSearch),
  component: lazyRouteComponent(() => import('../features/team/page.tsx'), 'TeamPage'),
});
const auditLog = createRoute({
  getParentRoute: () => app,
  path: '/audit-log',
  validateSearch: only(parseAuditSearch),
  component: lazyRouteComponent(() => import('../features/audit/page.tsx'), 'AuditPage'),
});
const profile = createRoute({
  getParentRoute: () => app,
  path: '/profile',
  component: lazyRouteComponent(() => import('../features/profile/page.tsx'), 'ProfilePage'),
});

/** Where links in e-mails lead; what they carry stands behind the `#`, which no server is sent. */
const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: '/forgot-password',
  component: lazyRouteComponent(() => import('../features/auth/forgot-password.tsx'), 'ForgotPasswordPage'),
});
const resetPassword = createRoute({
  getParentRoute: () => root,
  path: '/reset-password',
  component: lazyRouteComponent(() => import('../features/auth/reset-password.tsx'), 'ResetPasswordPage'),
});
const confirmEmail = createRoute({
  getParentRoute: () => root,
  path: '/confirm-email',
  component: lazyRouteComponent(() => import('../features/auth/confirm-email.tsx'), 'ConfirmEmailPage'),
});
const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  beforeLoad: startSession,
  component: lazyRouteComponent(() => import('../features/auth/invitation.tsx'), 'InvitationPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    visitor.addChildren([login, register]),
    app.addChildren([overview, stores, connectError, store, operations, team, auditLog, profile]),
    forgotPassword,
    resetPassword,
    confirmEmail,
    invitation,
  ]),
  // Plain text both ways: an id is not a number, and an address reads `?period=last30`.
  parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
  stringifySearch: (search) => {
    const params = new URLSearchParams();
    for (const [key, value] of Object.entries(search)) if (value !== undefined) params.set(key, String(value));
    return params.size ? `?${params}` : '';
  },
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
