import { Kind, parse, print, visit, type FragmentDefinitionNode, type SelectionNode } from 'graphql';
import type { TypedDocumentString } from './operations/generated.ts';

/**
 * The text of a bulk query. Bulk operations take no variables, so `$query` becomes the search filter itself; fragments
 * are written out, which keeps the text within what Shopify documents for bulk queries.
 */
export function bulkText(
  document: TypedDocumentString<unknown, { query?: string | null }>,
  search: string | null = null,
): string {
  const tree = parse(document.toString());
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of tree.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const writeOut = (selection: SelectionNode): readonly SelectionNode[] => {
    if (selection.kind !== Kind.FRAGMENT_SPREAD) return [selection];
    return fragments.get(selection.name.value)?.selectionSet.selections.flatMap(writeOut) ?? [selection];
  };
  const written = visit(tree, {
    [Kind.VARIABLE_DEFINITION]: () => null,
    [Kind.ARGUMENT]: ({ value }) => (value.kind === Kind.VARIABLE && search === null ? null : undefined),
    [Kind.VARIABLE]: () => ({ kind: Kind.STRING, value: search ?? '' }) as const,
    // Each fragment is on the very type it is used for, so its fields can stand there themselves.
    [Kind.SELECTION_SET]: (set) => ({ ...set, selections: set.selections.flatMap(writeOut) }),
  });
  return print({
    ...written,
    definitions: written.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION),
  });
}
