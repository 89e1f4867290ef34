import { Kind, parse, print, visit } from 'graphql';
import { TypedDocumentString } from './operations/generated.ts';

/** Fields of the order documents that need more than `read_orders`. */
const NEEDED: Readonly<Record<string, string>> = {
  customer: 'customers',
  product: 'products',
  variant: 'products',
};

/** Whether reading `subject` ("orders", "customers", …) is granted; a granted `write_` scope includes it. */
export const mayRead = (scopes: readonly string[], subject: string): boolean =>
  scopes.includes(`read_${subject}`) || scopes.includes(`write_${subject}`);

/**
 * The order document without the fields that the granted scopes do not cover: Shopify would refuse the whole document,
 * or answer in part. Left out fields are absent (`undefined`) in the answer.
 */
export function onlyGranted<TResult, TVariables>(
  document: TypedDocumentString<TResult, TVariables>,
  scopes: readonly string[],
): TypedDocumentString<TResult, TVariables> {
  const pruned = visit(parse(document.toString()), {
    [Kind.FIELD](field) {
      const subject = NEEDED[field.name.value];
      return subject && !mayRead(scopes, subject) ? null : undefined;
    },
  });
  return new TypedDocumentString<TResult, TVariables>(print(pruned));
}
