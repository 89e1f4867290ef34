import type { Problem, Route, RouteInput, RouteOutput } from '@xeno/contracts';
import { setServerTime } from './clock.ts';

/** An answer that is not a success, as RFC 9457 problem details; `status` 0 when no answer came at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Partial<Problem>;

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? problem.title ?? `The server answered ${status}.`);
    this.status = status;
    this.problem = problem;
  }

  /** Messages by field name, for forms: `/email` and `email` both become `email`. */
  get fields(): Record<string, string> {
    return Object.fromEntries((this.problem.errors ?? []).map((e) => [e.path.replace(/^.*[/.]/, ''), e.message]));
  }
}

interface Parts {
  params?: Record<string, string>;
  query?: Record<string, string | number | undefined>;
  body?: unknown;
}

/** A route's path with its parameters. */
export const pathOf = (route: Route, params: Record<string, string>): string =>
  route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));

/** Calls one route of the contract on this page's own origin; `keepalive`: to the end, even if the page is left. Throws `ApiError`. */
export async function request<R extends Route>(
  route: R,
  input: RouteInput<R>,
  accessToken?: string,
  { keepalive = false } = {},
): Promise<RouteOutput<R>> {
  const { params = {}, query = {}, body } = input as Parts;
  const path = pathOf(route, params);
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value));
  const headers: Record<string, string> = { accept: 'application/json' };
  if (accessToken) headers['authorization'] = `Bearer ${accessToken}`;
  if (body !== undefined) headers['content-type'] = 'application/json';

  const response = await fetch(search.size ? `${path}?${search}` : path, {
    method: route.method,
    headers,
    keepalive,
    body: body === undefined ? null : JSON.stringify(body),
  }).catch(() => {
    throw new ApiError(0, { detail: 'The server cannot be reached. Check the connection and try again.' });
  });
  const date = response.headers.get('date');
  if (date) setServerTime(date);
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
  const answer: unknown = isJson ? await response.json() : null;
  if (!response.ok) throw new ApiError(response.status, (answer ?? {}) as Partial<Problem>);
  return answer as RouteOutput<R>;
}
