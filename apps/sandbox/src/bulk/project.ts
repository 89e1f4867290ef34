import {
  getArgumentValues,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isListType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { isListing } from '../graphql/connections.ts';
import type { Args, Context } from '../graphql/context.ts';
import { resolvers } from '../graphql/resolvers/index.ts';
import { adminSchema, defaultValue, nodeTypeOf, Placeholder, propertyOf } from '../graphql/schema.ts';

/** A node of the result: its line without the closing brace and `__parentId`, and where its children hang. */
export interface Line {
  text: string;
  root: boolean;
  children: Iterable<Line>;
}

type Resolve = (source: unknown, context: Context) => unknown;
type Write = (value: unknown, context: Context) => string;

interface ChildConnection {
  /** From the node to the object that has the connection, usually the node itself, and that object's type. */
  owner: Resolve;
  ownerType: string;
  nodes: Resolve;
  project: (source: unknown, context: Context, parentId: string | null) => Line;
}

interface Compiled {
  /** The object's fields, without the closing brace. */
  write: Write;
  connections: ChildConnection[];
}

/**
 * Turns a bulk query into plain functions that write each node straight as JSON: a hundred times faster than running
 * GraphQL per node, and with fields in the order in which they were selected.
 */
export function compileBulkQuery(document: DocumentNode, currency: string): (context: Context) => Iterable<Line> {
  const schema = adminSchema();
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const d of document.definitions) if (d.kind === Kind.FRAGMENT_DEFINITION) fragments.set(d.name.value, d);
  const operation = document.definitions.find(
    (d): d is OperationDefinitionNode => d.kind === Kind.OPERATION_DEFINITION,
  )!;

  /** The fields selected of a concrete type; fields selected twice are merged. */
  function fieldsOf(type: GraphQLObjectType, sets: SelectionSetNode[], into = new Map<string, FieldNode[]>()) {
    for (const set of sets) {
      for (const selection of set.selections) {
        if (selection.kind === Kind.FIELD) {
          const key = selection.alias?.value ?? selection.name.value;
          into.set(key, [...(into.get(key) ?? []), selection]);
          continue;
        }
        const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value)! : selection;
        const condition = fragment.typeCondition && schema.getType(fragment.typeCondition.name.value);
        const applies =
          !condition || condition === type || (isAbstractType(condition) && schema.isSubType(condition, type));
        if (applies) fieldsOf(type, [fragment.selectionSet], into);
      }
    }
    return into;
  }

  function resolverOf(type: GraphQLObjectType, node: FieldNode): Resolve {
    const field = type.getFields()[node.name.value]!;
    const args = getArgumentValues(field, node);
    const resolver = resolvers[type.name]?.[field.name] as ((s: unknown, a: Args, c: Context) => unknown) | undefined;
    const fallback = defaultValue(field.type, field.name, type, currency);
    if (resolver) {
      return (source, context) =>
        source instanceof Placeholder ? fallback : (resolver(source, args, context) ?? fallback);
    }
    return (source) => propertyOf(source, field.name) ?? fallback;
  }

  function compile(type: GraphQLObjectType, sets: SelectionSetNode[]): Compiled {
    const parts: { key: string; resolve: Resolve; write: Write }[] = [];
    const connections: ChildConnection[] = [];
    for (const [key, nodes] of fieldsOf(type, sets)) {
      const node = nodes[0]!;
      const name = JSON.stringify(key) + ':';
      if (node.name.value === '__typename') {
        const written = JSON.stringify(type.name);
        parts.push({ key: name, resolve: () => null, write: () => written });
        continue;
      }
      const field = type.getFields()[node.name.value]!;
      const resolve = resolverOf(type, node);
      const below = nodes.flatMap((n) => (n.selectionSet ? [n.selectionSet] : []));
      const named = getNamedType(field.type);
      if (nodeTypeOf(field.type)) {
        connections.push({
          owner: (source) => source,
          ownerType: type.name,
          nodes: resolve,
          project: projector(named as GraphQLObjectType, below),
        });
      } else if (isCompositeType(named)) {
        const object = compileAny(named, below);
        for (const inner of object.connections) {
          connections.push({
            ...inner,
            owner: (source, context) => {
              const value = resolve(source, context);
              return value === null ? null : inner.owner(value, context);
            },
          });
        }
        const one: Write = (value, context) => (value === null ? 'null' : object.write(value, context) + '}');
        const list = isListType(getNullableType(field.type));
        const write: Write = list
          ? (value, context) =>
              value === null ? 'null' : `[${(value as unknown[]).map((v) => one(v, context)).join(',')}]`
          : one;
        parts.push({ key: name, resolve, write });
      } else {
        const safe = isEnumType(named) || ['ID', 'DateTime', 'Decimal', 'Money', 'UnsignedInt64'].includes(named.name);
        // what these types write never needs escaping
        const write: Write =
          isListType(getNullableType(field.type)) || !safe
            ? (value) => JSON.stringify(value)
            : (value) => (value === null ? 'null' : `"${value as string}"`);
        parts.push({ key: name, resolve, write });
      }
    }
    const first = parts[0];
    const rest = parts.slice(1).map((part) => ({ ...part, key: ',' + part.key }));
    const write: Write = (source, context) => {
      if (!first) return '{';
      let text = '{' + first.key + first.write(first.resolve(source, context), context);
      for (const part of rest) text += part.key + part.write(part.resolve(source, context), context);
      return text;
    };
    return { write, connections };
  }

  /** For interfaces and unions: compiled for each type as it turns up. */
  function compileAny(type: ReturnType<typeof getNamedType>, sets: SelectionSetNode[]): Compiled {
    if (isObjectType(type)) return compile(type, sets);
    const byType = new Map<string, Compiled>();
    const of = (source: unknown): Compiled => {
      const name = (source as { __typename: string }).__typename;
      let compiled = byType.get(name);
      if (!compiled) byType.set(name, (compiled = compile(schema.getType(name) as GraphQLObjectType, sets)));
      return compiled;
    };
    return { write: (source, context) => of(source).write(source, context), connections: [] };
  }

  /** From a connection's selection to the projection of one of its nodes. */
  function projector(connection: GraphQLObjectType, sets: SelectionSetNode[]): ChildConnection['project'] {
    const edge = getNamedType(connection.getFields().edges!.type) as GraphQLObjectType;
    const node = getNamedType(edge.getFields().node!.type);
    const edges = (fieldsOf(connection, sets).get('edges') ?? []).flatMap((f) =>
      f.selectionSet ? [f.selectionSet] : [],
    );
    const below = (fieldsOf(edge, edges).get('node') ?? []).flatMap((f) => (f.selectionSet ? [f.selectionSet] : []));
    const byType = new Map<string, Compiled>();
    const only = isObjectType(node) ? node.name : null;
    return (source, context, parentId) => {
      const name = only ?? (source as { __typename: string }).__typename;
      let compiled = byType.get(name);
      if (!compiled) byType.set(name, (compiled = compile(schema.getType(name) as GraphQLObjectType, below)));
      const text = compiled.write(source, context);
      const end = parentId === null ? '}' : `${text.length > 1 ? ',' : ''}"__parentId":"${parentId}"}`;
      const { connections } = compiled;
      const children = connections.length === 0 ? [] : childrenOf(source, connections, context);
      return { text: text + end, root: parentId === null, children };
    };
  }

  function* childrenOf(source: unknown, connections: ChildConnection[], context: Context): Generator<Line> {
    for (const { owner, ownerType, nodes, project } of connections) {
      const object = owner(source, context);
      if (object === null) continue;
      const id = resolvers[ownerType]?.id as unknown as (s: unknown, a: Args, c: Context) => string;
      const parentId = id(source, {}, context);
      for (const node of itemsOf(nodes(object, context))) yield project(node, context, parentId);
    }
  }

  const query = compile(schema.getQueryType()!, [operation.selectionSet]);
  return function* (context) {
    for (const { owner, nodes, project } of query.connections) {
      const object = owner(undefined, context);
      if (object === null) continue;
      for (const node of itemsOf(nodes(object, context))) yield project(node, context, null);
    }
  };
}

function itemsOf(value: unknown): Iterable<unknown> {
  if (value === null || value === undefined) return [];
  return isListing(value) ? value.items(false, null) : (value as unknown[]);
}
