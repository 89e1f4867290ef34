import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  buildASTSchema,
  getNamedType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  parse,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';

export const API_VERSION = '2026-10';

function officialFile(name: string): string {
  return readFileSync(fileURLToPath(new URL(`../../../../packages/shopify-schema/${name}`, import.meta.url)), 'utf8');
}

let built: GraphQLSchema | undefined;

/** Shopify's official Admin schema; built once per process, in well under a second. */
export function adminSchema(): GraphQLSchema {
  if (!built) {
    const document = parse(officialFile(`admin_${API_VERSION}.graphql`), { noLocation: true });
    built = buildASTSchema(document, { assumeValid: true, assumeValidSDL: true });
  }
  return built;
}

/** Scopes a type ("Order") or field ("Order.customer") needs; any one of them is enough. */
export const requiredScopes: Record<string, string[]> = JSON.parse(
  officialFile(`admin_${API_VERSION}.scopes.json`),
) as Record<string, string[]>;

const nodeTypes = new Map<string, GraphQLNamedType | null>();

/** The type of a connection's nodes, or null if the type is no connection. */
export function nodeTypeOf(type: GraphQLOutputType): GraphQLNamedType | null {
  const named = getNamedType(type);
  if (!named.name.endsWith('Connection') || !isObjectType(named)) return null;
  let node = nodeTypes.get(named.name);
  if (node === undefined) {
    const fields = named.getFields();
    node = fields.edges && fields.pageInfo && fields.nodes ? getNamedType(fields.nodes.type) : null;
    nodeTypes.set(named.name, node);
  }
  return node;
}

/** Stands for an object that the sandbox stores nothing about: all its fields have their defaults. */
export class Placeholder {
  readonly __typename: string;

  constructor(typename: string) {
    this.__typename = typename;
  }
}

/** A field that has no resolver: a property of its parent's source, computed when it is a function. */
export function propertyOf(source: unknown, field: string): unknown {
  if (typeof source !== 'object' || source === null || !Object.hasOwn(source, field)) return undefined;
  const value = (source as Record<string, unknown>)[field];
  return typeof value === 'function' ? (value as () => unknown)() : value;
}

/** A plausible value for a field that the sandbox stores nothing about. */
export function defaultValue(
  type: GraphQLOutputType,
  field: string,
  parent: GraphQLObjectType,
  currency: string,
): unknown {
  if (!isNonNullType(type)) return null;
  const inner = type.ofType;
  if (isListType(inner)) return [];
  if (nodeTypeOf(inner)) return [];
  if (isScalarType(inner)) {
    switch (inner.name) {
      case 'Boolean':
        return false;
      case 'Int':
      case 'Float':
        return 0;
      case 'ID':
        return `gid://shopify/${parent.name}/1`;
      case 'Decimal':
      case 'Money':
        return '0.0';
      case 'UnsignedInt64':
      case 'BigInt':
        return '0';
      case 'DateTime':
        return '2020-01-01T00:00:00Z';
      case 'Date':
        return '2020-01-01';
      case 'URL':
        return `https://example.com/${field}`;
      case 'JSON':
        return {};
      default:
        return '';
    }
  }
  if (isEnumType(inner)) return inner.name === 'CurrencyCode' ? currency : inner.getValues()[0]!.value;
  if (isObjectType(inner)) return new Placeholder(inner.name);
  // an interface or union: the first type that implements it
  const possible = built!.getPossibleTypes(inner as never);
  return new Placeholder(possible[0]!.name);
}
