import {
  getNamedType,
  isCompositeType,
  isObjectType,
  Kind,
  valueFromAST,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { nodeTypeOf } from './schema.ts';

export const MAX_QUERY_COST = 1000;
const MUTATION_COST = 10;

/**
 * Points asked for, by the rules Shopify publishes: scalars 0, objects 1, connections 2 and each of the nodes they may
 * return, mutations 10.
 */
export function requestedCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }

  function costOf(type: GraphQLCompositeType, set: SelectionSetNode): number {
    let cost = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD || selection.kind === Kind.INLINE_FRAGMENT) {
        const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value)! : selection;
        const condition = fragment.typeCondition && schema.getType(fragment.typeCondition.name.value);
        cost += costOf(isCompositeType(condition) ? condition : type, fragment.selectionSet);
        continue;
      }
      if (!('getFields' in type) || !selection.selectionSet) continue;
      const field = type.getFields()[selection.name.value];
      const inner = field && getNamedType(field.type);
      if (!field || !isCompositeType(inner)) continue;
      const child = costOf(inner, selection.selectionSet);
      if (nodeTypeOf(field.type)) {
        const size = (name: string) => {
          const argument = selection.arguments?.find((a) => a.name.value === name);
          const definition = field.args.find((a) => a.name === name);
          return argument && definition
            ? (valueFromAST(argument.value, definition.type, variables) as number | null)
            : null;
        };
        cost += 2 + Math.max(0, size('first') ?? size('last') ?? 0) * perNode(inner, selection.selectionSet);
      } else if (type === schema.getMutationType()) cost += MUTATION_COST + child;
      else cost += 1 + child;
    }
    return cost;
  }

  /** One node of a connection: itself, once, and what is selected of it, by `nodes` or `edges { node }`. */
  function perNode(type: GraphQLCompositeType, set: SelectionSetNode): number {
    let below = 0;
    let any = false;
    const visit = (on: GraphQLCompositeType, selections: SelectionSetNode): void => {
      for (const selection of selections.selections) {
        if (selection.kind === Kind.FRAGMENT_SPREAD) visit(on, fragments.get(selection.name.value)!.selectionSet);
        else if (selection.kind === Kind.INLINE_FRAGMENT) visit(on, selection.selectionSet);
        else if (isObjectType(on) && selection.selectionSet) {
          const inner = getNamedType(on.getFields()[selection.name.value]?.type);
          if (!isCompositeType(inner)) continue;
          if (selection.name.value === 'edges') visit(inner, selection.selectionSet);
          else if (selection.name.value === 'nodes' || selection.name.value === 'node') {
            any = true;
            below += costOf(inner, selection.selectionSet);
          }
        }
      }
    };
    visit(type, set);
    return any ? 1 + below : 0;
  }

  const root = schema.getRootType(operation.operation);
  return root ? costOf(root, operation.selectionSet) : 0;
}
