import { auth, type Route, type RouteInput, type RouteOutput, type Session, type User } from '@xeno/contracts';
import { ApiError, request } from './api.ts';
import { stored } from './stored.ts';

/**
 * Who is logged in. The access token lives in this module's memory and nowhere else; what survives a reload
 * is the HttpOnly refresh cookie, which scripts cannot read.
 */
let user: User | null = null;
let access: { token: string; expiresAt: number } | null = null;
let refreshing: Promise<void> | null = null;
let starting: Promise<void> | null = null;
let onEnd: (by: 'user' | 'server') => void = () => {};

/** Tabs share the cookie: when one logs in or out, the others must not go on showing the former user's figures. */
const otherTabs = new BroadcastChannel('xeno-session');
otherTabs.onmessage = () => window.location.reload();

export const currentUser = (): User | null => user;
/** Called when the session is over, whether the user ended it or the server did. */
export const onSessionEnd = (listener: typeof onEnd): void => void (onEnd = listener);

/** Finds out at page load whether the cookie still opens a session. Rejects only if the server cannot be asked. */
export function startSession(): Promise<void> {
  starting ??= open().catch((error: unknown) => {
    if (isRefused(error)) return;
    starting = null;
    throw error;
  });
  return starting;
}

async function open(): Promise<void> {
  if (!trace.isThere()) return;
  await refresh();
  user = (await call(auth.me, {})).user;
}

export function beginSession(session: Session): void {
  user = session.user;
  keep(session);
  otherTabs.postMessage('changed');
}

/** After the user has changed who they are. */
export function updateUser(changed: User): void {
  user = changed;
}

/** The session is over here already, as after all have been ended. */
export function leaveSession(): void {
  otherTabs.postMessage('changed');
  forget('user');
}

export async function endSession(): Promise<void> {
  await request(auth.logout, {}).catch((error: unknown) => {
    if (!isRefused(error)) throw error;
  });
  leaveSession();
}

/** Calls a route as the user who is logged in; an access token that has run out is renewed on the way. */
export async function call<R extends Route>(route: R, input: RouteInput<R>): Promise<RouteOutput<R>> {
  if (!access || access.expiresAt <= Date.now()) await refresh();
  const used = access?.token;
  try {
    return await request(route, input, used);
  } catch (error) {
    if (!isRefused(error)) throw error;
    if (access?.token === used) await refresh();
    return request(route, input, access?.token);
  }
}

/** For what is no call of a route: asks with an access token that is good for now. */
export async function withAccess(ask: (token: string) => Promise<Response>): Promise<Response> {
  if (!access || access.expiresAt <= Date.now()) await refresh();
  const used = access!.token;
  const response = await ask(used);
  if (response.status !== 401) return response;
  if (access?.token === used) await refresh();
  return ask(access!.token);
}

/** One refresh at a time: in this tab by sharing the promise, across tabs by a lock, as each one rotates the cookie. */
function refresh(): Promise<void> {
  // whoever still asks after the user has logged out need not be refused by the server
  if (!user && !access && !trace.isThere()) return Promise.reject(new ApiError(401, { title: 'Nobody is logged in.' }));
  // the cookie of an answer that nobody waits for any more is kept; without it the next refresh would pass for a theft
  refreshing ??= exclusively(async () => keep(await request(auth.refresh, {}, undefined, { keepalive: true })))
    .catch((error: unknown) => {
      if (isRefused(error)) forget('server');
      throw error;
    })
    .finally(() => (refreshing = null));
  return refreshing;
}

/**
 * Tells whoever has never logged in here, whose page need not ask for a session and be refused. It opens nothing. Where
 * the browser keeps nothing, the server is asked.
 */
const trace = {
  isThere: () => stored(() => localStorage.getItem('xeno-session') !== null) ?? true,
  leave: () => stored(() => localStorage.setItem('xeno-session', '')),
  remove: () => stored(() => localStorage.removeItem('xeno-session')),
};

/** Web Locks exist on HTTPS and localhost only; elsewhere a tab has to do without. */
const exclusively = (work: () => Promise<void>): Promise<void> =>
  'locks' in navigator ? navigator.locks.request('xeno-refresh', work) : work();

const isRefused = (error: unknown): boolean => error instanceof ApiError && error.status === 401;

function keep({ accessToken, expiresIn }: { accessToken: string; expiresIn: number }): void {
  // Half a minute early, so that a request under way does not arrive with a token that has just run out.
  access = { token: accessToken, expiresAt: Date.now() + (expiresIn - 30) * 1000 };
  trace.leave();
}

function forget(by: 'user' | 'server'): void {
  const had = user !== null;
  user = null;
  access = null;
  trace.remove();
  if (had) onEnd(by);
}
