import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  Kind,
  parse,
  validate,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Context } from '../graphql/context.ts';
import { adminSchema, nodeTypeOf } from '../graphql/schema.ts';
import { mayRead, scopesFor } from '../graphql/scopes.ts';

export type BulkVerdict =
  | {
      ok: true;
      document: DocumentNode;
      /** Scopes lack: the operation will fail with ACCESS_DENIED. */ denied: boolean;
    }
  | { ok: false; message: string };

const MAX_CONNECTIONS = 5;
const MAX_DEPTH = 2;

/** Whether Shopify would take this query for a bulk operation. */
export function validateBulkQuery(query: string, scopes: Context['scopes']): BulkVerdict {
  const schema = adminSchema();
  let document: DocumentNode;
  try {
    document = parse(query);
  } catch (error) {
    return { ok: false, message: `Invalid bulk query: ${(error as Error).message}` };
  }
  const errors = validate(schema, document, undefined, { maxErrors: 1 });
  if (errors.length > 0) return { ok: false, message: `Invalid bulk query: ${errors[0]!.message}` };
  const operations = document.definitions.filter(
    (d): d is OperationDefinitionNode => d.kind === Kind.OPERATION_DEFINITION,
  );
  const operation = operations[0];
  if (operations.length !== 1 || operation?.operation !== 'query') {
    return { ok: false, message: 'Bulk queries must contain exactly one query operation.' };
  }
  if (operation.variableDefinitions?.length) return { ok: false, message: 'Bulk queries cannot use variables.' };
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const d of document.definitions) if (d.kind === Kind.FRAGMENT_DEFINITION) fragments.set(d.name.value, d);

  let connections = 0;
  let denied = false;
  let problem: string | null = null;
  const refuse = (message: string) => (problem ??= message);

  /** Visits a selection; answers the connections found at its own level. */
  function visit(type: GraphQLCompositeType, set: SelectionSetNode, depth: number, inList: boolean): FieldNode[] {
    const found: FieldNode[] = [];
    for (const selection of set.selections) {
      if (selection.kind !== Kind.FIELD) {
        const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value)! : selection;
        const condition = fragment.typeCondition && schema.getType(fragment.typeCondition.name.value);
        found.push(...visit(isCompositeType(condition) ? condition : type, fragment.selectionSet, depth, inList));
        continue;
      }
      const field = 'getFields' in type ? type.getFields()[selection.name.value] : undefined;
      if (!field) continue;
      if (!mayRead(scopesFor(type.name, field), scopes)) denied = true;
      const inner = getNamedType(field.type);
      if (!selection.selectionSet || !isCompositeType(inner)) continue;
      if (nodeTypeOf(field.type)) {
        connections++;
        found.push(selection);
        if (inList) refuse('Queries that contain a connection field within a list field are not currently supported.');
        if (depth > MAX_DEPTH)
          refuse(`Bulk queries cannot contain connections with a nesting depth greater than ${MAX_DEPTH}.`);
        visitConnection(inner, selection.selectionSet, depth);
      } else {
        const list = isListType(getNullableType(field.type));
        const below = visit(inner, selection.selectionSet, depth, inList || list);
        if (below.length > 0 && !list) requireId(selection.selectionSet, selection.name.value, below);
      }
    }
    return found;
  }

  function visitConnection(connection: GraphQLCompositeType, set: SelectionSetNode, depth: number): void {
    for (const selection of flatten(set)) {
      if (selection.name.value === 'nodes') {
        refuse('Bulk queries cannot contain the `nodes` field of a connection: use `edges { node { ... } }` instead.');
      }
      if (selection.name.value !== 'edges' || !('getFields' in connection)) continue;
      const edge = getNamedType(connection.getFields().edges!.type) as GraphQLCompositeType;
      for (const inEdge of flatten(selection.selectionSet!)) {
        if (inEdge.name.value !== 'node' || !('getFields' in edge) || !inEdge.selectionSet) continue;
        const node = getNamedType(edge.getFields().node!.type);
        if (!isCompositeType(node)) continue;
        const below = visit(node, inEdge.selectionSet, depth + 1, false);
        if (below.length > 0) requireId(inEdge.selectionSet, 'node', below);
      }
    }
  }

  function requireId(set: SelectionSetNode, parent: string, below: FieldNode[]): void {
    if (flatten(set).some((field) => field.name.value === 'id' && !field.alias)) return;
    const names = below.map((field) => field.name.value).join(', ');
    refuse(
      `The parent '${parent}' field for a nested connection must select the 'id' field without an alias and must be ` +
        `of 'ID' return type. Connection fields without 'id': ${names}.`,
    );
  }

  function flatten(set: SelectionSetNode): FieldNode[] {
    return set.selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [selection];
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value)! : selection;
      return flatten(fragment.selectionSet);
    });
  }

  const root = schema.getQueryType()!;
  for (const field of flatten(operation.selectionSet)) {
    if (field.name.value === 'node' || field.name.value === 'nodes') {
      refuse('Bulk queries cannot contain a top-level `node` or `nodes` field.');
    }
  }
  const top = visit(root, operation.selectionSet, 0, false);
  if (connections === 0) refuse('Bulk queries must contain at least one connection.');
  else if (top.length === 0) refuse('Bulk queries must contain at least one connection at the top of the query.');
  if (connections > MAX_CONNECTIONS) refuse(`Bulk queries cannot contain more than ${MAX_CONNECTIONS} connections.`);
  return problem === null ? { ok: true, document, denied } : { ok: false, message: problem };
}
