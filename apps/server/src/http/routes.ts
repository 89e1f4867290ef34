import {
  type Access,
  type Permission,
  PERMISSIONS,
  permits,
  Problem,
  type Role,
  type Route,
  type RouteInput,
  type RouteOutput,
} from '@xeno/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { STATUS_CODES } from 'node:http';
import { IsObject, type TSchema } from 'typebox';
import { Forbidden, NotFound } from './errors.ts';
import { keptAnswers, Versioned } from './kept-answers.ts';
import { maskOf } from './masking.ts';
import { requireSameOrigin } from './origin.ts';

export interface UserActor {
  userId: string;
  /** Null: a program asks with an API token of the user's. */
  sessionId: string | null;
  /** Null: the user asks. */
  apiTokenId: string | null;
}

/** A user in person. */
export interface AccountActor extends UserActor {
  sessionId: string;
}

/** A user in a tenant that the user belongs to. */
export interface TenantActor extends UserActor {
  tenantId: string;
  role: Role;
}

/** A user's place in a tenant; of an API token, as far as it goes. */
export interface Membership {
  tenantId: string;
  role: Role;
  /** The tenant demands a second factor, and the user has none. */
  lacksSecondFactor: boolean;
  /** Until an admin confirms it, it may be given up and nothing else. */
  isWaiting: boolean;
}

/**
 * Who sends this request, read from the database each time; throws Unauthorized. `membership` is the user's place
 * in the tenant asked for, and null where there is none: no such tenant, or someone else's.
 */
export type Authenticate = (
  request: FastifyRequest,
  tenantId: string | null,
) => Promise<UserActor & { membership: Membership | null }>;

type ActorOf<A extends Access> = A extends Permission | 'member'
  ? TenantActor
  : A extends 'account'
    ? AccountActor
    : A extends 'user'
      ? UserActor
      : null;
type Given<R extends Route, K extends 'params' | 'query' | 'body'> =
  RouteInput<R> extends Record<K, infer V> ? (R[K] extends { '~optional': true } ? V | undefined : V) : undefined;

export interface Call<R extends Route> {
  params: Given<R, 'params'>;
  query: Given<R, 'query'>;
  body: Given<R, 'body'>;
  actor: ActorOf<R['access']>;
  request: FastifyRequest;
  /** For headers, cookies, a redirect, or `code()` where the contract has several statuses; its first is the default. */
  reply: FastifyReply;
}

/** What is kept is kept for a role in a tenant. */
type AnswerOf<R extends Route> = RouteOutput<R> | (R['access'] extends Permission ? Versioned<RouteOutput<R>> : never);

/** A contract with what answers it. */
export interface HandledRoute {
  route: Route;
  handler: (call: Call<Route>) => Promise<unknown>;
}

export function handle<const R extends Route>(
  route: R,
  handler: (call: Call<R>) => Promise<AnswerOf<R>> | AnswerOf<R>,
): HandledRoute {
  return { route, handler: async (call) => handler(call) };
}

declare module 'fastify' {
  interface FastifyRequest {
    actor: Awaited<ReturnType<Authenticate>> | null;
  }
}

/**
 * Serves the contracts. Each one's access is checked in this order: 401 before the body is read, 400 for bad input,
 * 404 for a tenant that is not the user's, 403 for a role that is not enough.
 */
export function registerRoutes(
  app: FastifyInstance,
  routes: HandledRoute[],
  authenticate: Authenticate,
  kept = keptAnswers(0),
): void {
  for (const { route, handler } of routes) {
    const { method, path: url, access } = route;
    const status = Number(Object.keys(route.response)[0]);
    const mask = maskOf(route.response[status] ?? {});
    const scope = access === 'shopify' ? unreadBodies(app) : app;
    scope.route({
      method,
      url,
      schema: schemaOf(route),
      onRequest: admission(route, authenticate),
      preHandler: permission(route),
      handler: async (request, reply) => {
        reply.code(status);
        const { params, query, body } = request as Pick<Call<Route>, 'params' | 'query' | 'body'>;
        const actor = actorOf(access, request);
        const answer = await handler({ params, query, body, actor, request, reply });
        if (reply.sent) return reply;
        const isMasked = mask !== null && !(actor && 'role' in actor && permits(actor.role, 'personal:read'));
        const told = (whole: unknown) => (isMasked ? mask(whole) : whole);
        if (!(answer instanceof Versioned)) return told(answer);
        const { tenantId, role } = actor as TenantActor;
        const key = JSON.stringify([tenantId, role, url, params, query, answer.version]);
        const known = await kept(key, async () => reply.serialize(told(await answer.make())) as string);
        return known.send(request, reply);
      },
    });
  }
}

/** Where the handler reads the body itself, whichever type it has. */
function unreadBodies(app: FastifyInstance): Pick<FastifyInstance, 'route'> {
  return {
    route: (options) =>
      app.register(async (scope) => {
        scope.removeAllContentTypeParsers();
        scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
        scope.route(options);
      }) as unknown as FastifyInstance,
  };
}

/** A route without a declared policy, or one about a tenant that names none, must not come into being. */
function admission(route: Route, authenticate: Authenticate) {
  const { access, method, path } = route;
  switch (access) {
    case 'public':
    case 'session':
      return async (request: FastifyRequest) => {
        if (method !== 'GET') requireSameOrigin(request);
      };
    case 'shopify':
      return undefined;
    case 'user':
      return async (request: FastifyRequest) => {
        request.actor = await authenticate(request, null);
      };
    case 'account':
      return async (request: FastifyRequest) => {
        request.actor = await authenticate(request, null);
        requirePerson(request.actor);
      };
    default: {
      if (access !== 'member' && !isPermission(access)) {
        throw new Error(`${method} ${path} declares no access policy.`);
      }
      const inPath = has(route.params, 'id');
      if (!inPath && !has(route.query, 'tenant_id')) {
        throw new Error(`${method} ${path} is about a tenant but names none.`);
      }
      return async (request: FastifyRequest) => {
        const { id } = request.params as { id?: unknown };
        const { tenant_id } = request.query as { tenant_id?: unknown };
        const tenantId = inPath ? id : tenant_id;
        request.actor = await authenticate(request, typeof tenantId === 'string' ? tenantId : null);
      };
    }
  }
}

function permission({ access }: Route) {
  if (access === 'member') return async ({ actor }: FastifyRequest) => admitMember(actor);
  if (!isPermission(access)) return undefined;
  return async (request: FastifyRequest) => admit(request.actor?.membership ?? null, access);
}

/** For tenants that a body names: throws as for those that a path names. */
export async function requirePermission(
  request: FastifyRequest,
  authenticate: Authenticate,
  tenantId: string,
  permission: Permission,
): Promise<void> {
  admit((await authenticate(request, tenantId)).membership, permission);
}

/** A program that may look must not do what is its user's to decide. */
function requirePerson({ sessionId }: UserActor): void {
  if (sessionId !== null) return;
  throw new Forbidden('This needs a person who is logged in; an API token cannot do it.', 'session_required');
}

function admitMember(actor: FastifyRequest['actor']): void {
  if (!actor?.membership) throw new NotFound();
  requirePerson(actor);
}

function admit(membership: Membership | null, access: Permission): void {
  if (!membership || membership.isWaiting) throw new NotFound();
  if (membership.lacksSecondFactor) {
    throw new Forbidden(
      'This store demands a second factor. Set one up under Profile and security.',
      'second_factor_required',
    );
  }
  if (!permits(membership.role, access)) throw new Forbidden(`In this store, this is for ${rolesOf(access)}.`);
}

function actorOf(access: Access, { actor }: FastifyRequest): UserActor | TenantActor | null {
  if (!actor) return null;
  const { membership, ...user } = actor;
  if (!(access === 'member' || isPermission(access)) || !membership) return user;
  return { ...user, tenantId: membership.tenantId, role: membership.role };
}

const isPermission = (access: Access): access is Permission => Object.hasOwn(PERMISSIONS, access);

const NAMES: Record<Role, string> = { admin: 'admins', store_manager: 'store managers', analyst: 'analysts' };
const rolesOf = (permission: Permission): string => PERMISSIONS[permission].map((role) => NAMES[role]).join(' and ');

const has = (schema: TSchema | undefined, name: string) =>
  schema !== undefined && IsObject(schema) && name in schema.properties;

/** What may go wrong, by access: told in the document, where each problem has the same shape. */
function problemsOf({ method, access, params, query }: Route): number[] {
  const problems = [429, 500, 503];
  // whatever takes no body may be sent one
  if (method !== 'GET') problems.push(400, 401, 403, 409, 413, 415);
  if (query) problems.push(400);
  if (access !== 'public') problems.push(401);
  if (access === 'account' || access === 'member' || isPermission(access)) problems.push(403);
  if (params || isPermission(access)) problems.push(404);
  return problems;
}

function securityOf(access: Access): Record<string, string[]>[] {
  if (access === 'public') return [];
  if (access === 'session') return [{ refreshCookie: [] }];
  if (access === 'shopify') return [{ shopifyHmac: [] }];
  const inPerson = access === 'account' || access === 'member';
  return inPerson ? [{ accessToken: [] }] : [{ accessToken: [] }, { apiToken: [] }];
}

function schemaOf(route: Route): FastifySchema {
  const { params, query, body, response, produces, summary, tag, access } = route;
  const answers = Object.entries(response).map(([status, schema]) => [
    status,
    produces
      ? { description: STATUS_CODES[status], content: { [produces]: { schema } } }
      : { ...schema, description: STATUS_CODES[status] },
  ]);
  const problems = problemsOf(route).map((status) => [
    status,
    { description: STATUS_CODES[status], content: { 'application/problem+json': { schema: Problem } } },
  ]);
  return {
    summary,
    tags: [tag],
    ...(isPermission(access) && { description: `Needs ${access}: ${rolesOf(access)}.` }),
    security: securityOf(access),
    ...(params && { params }),
    ...(query && { querystring: query }),
    ...(body && { body }),
    response: Object.fromEntries([...answers, ...problems]) as Record<string, unknown>,
  };
}
