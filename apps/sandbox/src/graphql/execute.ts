import {
  execute,
  getOperationAST,
  getNamedType,
  type GraphQLError,
  isCompositeType,
  parse,
  validate,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLResolveInfo,
} from 'graphql';
import { listingOf, isListing, pageOf } from './connections.ts';
import type { Args, Context } from './context.ts';
import { MAX_QUERY_COST, requestedCost } from './cost.ts';
import { resolvers } from './resolvers/index.ts';
import { searchFields } from './resolvers/root.ts';
import { adminSchema, defaultValue, nodeTypeOf, Placeholder, propertyOf } from './schema.ts';
import { accessDenied, mayRead, scopesFor } from './scopes.ts';
import { parseSearch, termsOf } from './search.ts';
import type { Bucket } from './throttle.ts';

export interface GraphqlRequest {
  query: string;
  variables: Record<string, unknown>;
  operationName: string | undefined;
}

type Body = Record<string, unknown>;

const documents = new Map<string, DocumentNode | Body>();

/** Parsed and valid for the official schema, or the answer Shopify gives to what is not. */
export function documentFor(query: string): DocumentNode | Body {
  const known = documents.get(query);
  if (known) return known;
  let result: DocumentNode | Body;
  try {
    result = parse(query);
    const errors = validate(adminSchema(), result, undefined, { maxErrors: 20 });
    if (errors.length > 0) result = { errors: errors.map(withCode) };
  } catch (error) {
    result = { errors: [withCode(error as GraphQLError)] };
  }
  if (documents.size > 500) documents.clear();
  documents.set(query, result);
  return result;
}

function withCode(error: GraphQLError): Body {
  const code = /^Cannot query field/.test(error.message)
    ? 'undefinedField'
    : /^Syntax Error/.test(error.message)
      ? 'parseError'
      : 'invalidDocument';
  return { message: error.message, locations: error.locations, extensions: { code } };
}

const isBody = (value: DocumentNode | Body): value is Body => !('kind' in value);

/** One Admin API request: validated, paid for, executed. The answer is always HTTP 200, as Shopify's. */
export async function answer(request: GraphqlRequest, context: Context, bucket: Bucket): Promise<Body> {
  const schema = adminSchema();
  const document = documentFor(request.query);
  if (isBody(document)) return document;
  const operation = getOperationAST(document, request.operationName);
  if (!operation) return { errors: [{ message: 'An operation name is required' }] };

  const requested = requestedCost(schema, document, operation, request.variables);
  const cost = (actual: number | null) => ({
    cost: { requestedQueryCost: requested, actualQueryCost: actual, throttleStatus: bucket.status() },
  });
  if (requested > MAX_QUERY_COST) return { errors: [tooExpensive(requested)], extensions: cost(null) };
  if (!bucket.take(requested)) return throttled(requested, bucket);

  context.spent.points = operation.operation === 'mutation' ? 10 : 0;
  const result: ExecutionResult = await execute({
    schema,
    document,
    operationName: request.operationName,
    variableValues: request.variables,
    contextValue: context,
    fieldResolver: resolveField,
    typeResolver: (value: { __typename?: string }) => value.__typename,
  });
  const actual = Math.min(requested, context.spent.points);
  bucket.giveBack(requested - actual);
  const body: Body = {};
  if (result.data !== undefined) body.data = result.data;
  if (result.errors) body.errors = result.errors.map((error) => error.toJSON());
  body.extensions = context.searches.length === 0 ? cost(actual) : { ...cost(actual), search: context.searches };
  return body;
}

export function throttled(requested: number, bucket: Bucket): Body {
  return {
    errors: [
      {
        message: 'Throttled',
        extensions: { code: 'THROTTLED', documentation: 'https://shopify.dev/api/usage/rate-limits' },
      },
    ],
    extensions: { cost: { requestedQueryCost: requested, actualQueryCost: null, throttleStatus: bucket.status() } },
  };
}

function tooExpensive(cost: number): Body {
  return {
    message:
      `Query cost is ${cost}, which exceeds the single query max cost limit (${MAX_QUERY_COST}).\n\n` +
      'To query larger amounts of data with fewer limits, bulk operations should be used instead.\n',
    extensions: { code: 'MAX_COST_EXCEEDED', cost, maxCost: MAX_QUERY_COST },
  };
}

/** Resolves any field: by its resolver, as a property of its parent, or to a plausible default. */
function resolveField(source: unknown, args: Args, context: Context, info: GraphQLResolveInfo): unknown {
  const parent = info.parentType;
  const field = parent.getFields()[info.fieldName]!;
  const needed = scopesFor(parent.name, field);
  if (!mayRead(needed, context.scopes)) throw accessDenied(field.name, needed);
  if (context.refused.has(`${parent.name}.${field.name}`)) throw accessDenied(field.name, null);

  if (typeof args.query === 'string' && parent.name === 'QueryRoot') noteUnknownFields(field.name, args.query, context);
  const resolver = resolvers[parent.name]?.[field.name] as ((s: unknown, a: Args, c: Context) => unknown) | undefined;
  let value: unknown;
  if (source instanceof Placeholder) value = undefined;
  else if (resolver) value = resolver(source, args, context);
  else value = propertyOf(source, field.name);
  value ??= defaultValue(field.type, field.name, parent, context.shop.spec.currency);
  const named = getNamedType(field.type);
  if (nodeTypeOf(field.type) && value !== null) {
    context.spent.points += 2;
    const listing = isListing(value) ? value : listingOf(value as unknown[]);
    return pageOf(listing, args);
  }
  if (isCompositeType(named) && value !== null) {
    const wrapper = parent.name.endsWith('Connection') || (parent.name.endsWith('Edge') && field.name === 'node');
    if (field.name === 'nodes' || field.name === 'edges') context.spent.points += (value as unknown[]).length;
    else if (!wrapper) context.spent.points += Array.isArray(value) ? value.length : 1;
  }
  return value;
}

function noteUnknownFields(path: string, query: string, context: Context): void {
  const fields = searchFields[path]?.(context);
  if (!fields) return;
  const warnings = termsOf(parseSearch(query)).flatMap(({ field }) =>
    field === null || field in fields ? [] : [{ field, message: 'Invalid search field for this query.' }],
  );
  if (warnings.length > 0) context.searches.push({ path: [path], query, warnings });
}
