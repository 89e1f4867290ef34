import type { Static, TSchema } from 'typebox';
import type { Permission } from './permissions.ts';

/**
 * Who may call a route:
 * - `public`: anyone;
 * - `session`: whoever holds the refresh cookie;
 * - `shopify`: whoever signs the body with the app's secret; the handler gets the raw body and judges it;
 * - `account`: whoever is logged in, in person: no API token;
 * - `user`: whoever is logged in, or a user's API token;
 * - `member`: whoever is in the tenant that the request names, in person, also who waits to be confirmed or lacks the
 *   second factor that it demands;
 * - a permission: a user, or a user's API token, whose role in the tenant that the request names has it.
 */
export type Access = 'public' | 'session' | 'shopify' | 'account' | 'user' | 'member' | Permission;

/** One route of the API, told once: the server registers it, the client calls it, OpenAPI is made from it. */
export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path with `:name` parameters, as Fastify writes it. */
  path: string;
  summary: string;
  tag: string;
  access: Access;
  params?: TSchema;
  query?: TSchema;
  body?: TSchema;
  /** The content type of a successful answer that is not JSON. */
  produces?: string;
  /** Successful answers by status; `Type.Null()` for an empty one. */
  response: Record<number, TSchema>;
}

type Part<S> = S extends TSchema ? Static<S> : undefined;

/** What a caller must give. */
export type RouteInput<R extends Route> = (R['params'] extends TSchema ? { params: Part<R['params']> } : object) &
  (R['query'] extends TSchema ? { query: Part<R['query']> } : object) &
  (R['body'] extends TSchema ? { body: Part<R['body']> } : object);

/** What a caller gets. */
export type RouteOutput<R extends Route> = { [S in keyof R['response']]: Part<R['response'][S]> }[keyof R['response']];

export function route<const R extends Route>(definition: R): R {
  return definition;
}
