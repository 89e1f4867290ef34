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
  type GraphQLNamedType,
  type GraphQLObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { isListing } from '../graphql/connections.ts';
import type { Args, Context } from '../graphql/context.ts';
import { resolvers } from '../graphql/resolvers/index.ts';
import { adminSchema, defaultValue, nodeTypeOf, Placeholder, propertyOf } from '../graphql/schema.ts';

/**
 * Lines of one root object: itself first, then all below it, each child behind its parent. Encoded at once, since
 * strings that were put together of many small ones are dear to keep.
 */
export type Tree = Buffer[];

type Resolve = (source: unknown, context: Context) => unknown;
type Write = (source: unknown, context: Context) => string;
type Emit = (source: unknown, context: Context, parentId: string | null, lines: Tree) => void;

interface Connection {
  /** From the node to the object that has the connection, usually the node itself. */
  owner: Resolve;
  ownerId: Resolve;
  nodes: Resolve;
  emit: Emit;
}

interface Compiled {
  /** The object's fields, without the closing brace. */
  write: Write;
  connections: Connection[];
}

/** What these types write never needs escaping. */
const SAFE = new Set(['ID', 'DateTime', 'Decimal', 'Money', 'UnsignedInt64']);

/**
 * Turns a bulk query into plain functions that write each node straight as JSON: a hundred times faster than running
 * GraphQL per node, and with fields in the order in which they were selected.
 */
export function compileBulkQuery(document: DocumentNode, currency: string): (context: Context) => Iterable<Tree> {
  const schema = adminSchema();
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const d of document.definitions) if (d.kind === Kind.FRAGMENT_DEFINITION) fragments.set(d.name.value, d);
  const operation = document.definitions.find(
    (d): d is OperationDefinitionNode => d.kind === Kind.OPERATION_DEFINITION,
  )!;

  /** The fields selected of a concrete type, by the name they are written under. */
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

  const below = (nodes: FieldNode[] = []) => nodes.flatMap((node) => (node.selectionSet ? [node.selectionSet] : []));

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
    const parts: Write[] = [];
    const connections: Connection[] = [];
    for (const [key, nodes] of fieldsOf(type, sets)) {
      const node = nodes[0]!;
      const start = (parts.length === 0 ? '{' : ',') + JSON.stringify(key) + ':';
      if (node.name.value === '__typename') {
        const written = `${start}"${type.name}"`;
        parts.push(() => written);
        continue;
      }
      const field = type.getFields()[node.name.value]!;
      const resolve = resolverOf(type, node);
      const named = getNamedType(field.type);
      const isList = isListType(getNullableType(field.type));
      if (nodeTypeOf(field.type)) {
        const idField = type.getFields().id;
        const ownerId = idField ? resolverOf(type, ID_FIELD) : () => null;
        connections.push({ owner: (source) => source, ownerId, nodes: resolve, emit: emitter(named, below(nodes)) });
      } else if (isCompositeType(named)) {
        const object = byType(named, (concrete) => compile(concrete, below(nodes)));
        if (isObjectType(named)) {
          for (const inner of object(new Placeholder(named.name)).connections) {
            const owner: Resolve = (source, context) => {
              const value = resolve(source, context);
              return value === null ? null : inner.owner(value, context);
            };
            connections.push({ ...inner, owner });
          }
        }
        const one: Write = (value, context) => (value === null ? 'null' : object(value).write(value, context) + '}');
        parts.push((source, context) => {
          const value = resolve(source, context);
          if (!isList || value === null) return start + one(value, context);
          return `${start}[${(value as unknown[]).map((item) => one(item, context)).join(',')}]`;
        });
      } else if (!isList && (isEnumType(named) || SAFE.has(named.name))) {
        parts.push((source, context) => {
          const value = resolve(source, context);
          return value === null ? start + 'null' : `${start}"${value as string}"`;
        });
      } else {
        parts.push((source, context) => start + JSON.stringify(resolve(source, context)));
      }
    }
    const write: Write = (source, context) => {
      let text = '';
      for (const part of parts) text += part(source, context);
      return text;
    };
    return { write: parts.length === 0 ? () => '{' : write, connections };
  }

  /** Finds what is compiled for a value's type; of interfaces and unions, each type when it first turns up. */
  function byType(type: GraphQLNamedType, make: (type: GraphQLObjectType) => Compiled): (value: unknown) => Compiled {
    if (isObjectType(type)) {
      const only = make(type);
      return () => only;
    }
    const made = new Map<string, Compiled>();
    return (value) => {
      const name = (value as { __typename: string }).__typename;
      let compiled = made.get(name);
      if (!compiled) made.set(name, (compiled = make(schema.getType(name) as GraphQLObjectType)));
      return compiled;
    };
  }

  /** Writes a node of a connection, and all below it. */
  function emitter(connection: GraphQLNamedType, sets: SelectionSetNode[]): Emit {
    const type = connection as GraphQLObjectType;
    const edge = getNamedType(type.getFields().edges!.type) as GraphQLObjectType;
    const node = getNamedType(edge.getFields().node!.type);
    const selected = below(fieldsOf(edge, below(fieldsOf(type, sets).get('edges'))).get('node'));
    const object = byType(node, (concrete) => compile(concrete, selected));
    return (source, context, parentId, lines) => {
      const { write, connections } = object(source);
      const text = write(source, context);
      const comma = text === '{' ? '' : ',';
      const end = parentId === null ? '}\n' : `${comma}"__parentId":"${parentId}"}\n`;
      lines.push(Buffer.from(text + end));
      for (const child of connections) {
        const owner = child.owner(source, context);
        if (owner === null) continue;
        const ownerId = child.ownerId(owner, context) as string;
        for (const item of itemsOf(child.nodes(owner, context))) child.emit(item, context, ownerId, lines);
      }
    };
  }

  const query = compile(schema.getQueryType()!, [operation.selectionSet]);
  return function* (context) {
    for (const root of query.connections) {
      const owner = root.owner(undefined, context);
      if (owner === null) continue;
      for (const item of itemsOf(root.nodes(owner, context))) {
        const lines: Tree = [];
        root.emit(item, context, null, lines);
        yield lines;
      }
    }
  };
}

const ID_FIELD: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: 'id' } };

function itemsOf(value: unknown): Iterable<unknown> {
  if (value === null || value === undefined) return [];
  return isListing(value) ? value.items(false, null) : (value as unknown[]);
}
