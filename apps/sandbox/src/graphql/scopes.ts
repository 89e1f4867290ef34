import { getNamedType, GraphQLError, type GraphQLField } from 'graphql';
import { nodeTypeOf, requiredScopes } from './schema.ts';

/** Scopes granted, with what they imply: writing something lets one read it. */
export function effectiveScopes(granted: Iterable<string>): Set<string> {
  const scopes = new Set<string>();
  for (const scope of granted) {
    scopes.add(scope);
    if (scope.startsWith('write_')) scopes.add('read_' + scope.slice('write_'.length));
  }
  return scopes;
}

/** The scopes of which one is needed for a field, or null if it is open to all. */
export function scopesFor(parent: string, field: GraphQLField<unknown, unknown>): string[] | null {
  const own = requiredScopes[`${parent}.${field.name}`];
  if (own) return own;
  const type = nodeTypeOf(field.type) ?? getNamedType(field.type);
  return requiredScopes[type.name] ?? null;
}

export function mayRead(needed: string[] | null, scopes: ReadonlySet<string>): boolean {
  return needed === null || needed.some((scope) => scopes.has(scope));
}

export function accessDenied(field: string, needed: string[] | null): GraphQLError {
  const required = needed ? needed.map((scope) => `\`${scope}\``).join(' or ') + ' access scope' : 'approval';
  return new GraphQLError(`Access denied for ${field} field. Required access: ${required}.`, {
    extensions: {
      code: 'ACCESS_DENIED',
      documentation: 'https://shopify.dev/api/usage/access-scopes',
      requiredAccess: `${required}.`,
    },
  });
}
