import { Kind, parse, print, visit, type FragmentDefinitionNode } from 'graphql';
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
  const written = visit(tree, {
    [Kind.VARIABLE_DEFINITION]: () => null,
    [Kind.ARGUMENT]: (argument) => (argument.value.kind === Kind.VARIABLE && search === null ? null : undefined),
    [Kind.VARIABLE]: () => ({ kind: Kind.STRING, value: search ?? '' }) as const,
    // Visited further after the replacement, so fragments within fragments are written out too.
    [Kind.FRAGMENT_SPREAD](spread) {
      const fragment = fragments.get(spread.name.value);
      if (!fragment) return undefined;
      return {
        kind: Kind.INLINE_FRAGMENT,
        typeCondition: fragment.typeCondition,
        selectionSet: fragment.selectionSet,
      } as const;
    },
  });
  return print({
    ...written,
    definitions: written.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION),
  });
}
