import type { StreamName } from '@xeno/contracts';
import { Kind, parse, print, visit } from 'graphql';
import { TypedDocumentString } from './operations/generated.ts';

/** Fields of the order documents that need more than `read_orders`. */
const NEEDED: Readonly<Record<string, string>> = {
  customer: 'customers',
  product: 'products',
  variant: 'products',
};

/** By which grants Shopify tells more of a stream's records, or of more records. */
const TELLING: Readonly<Record<StreamName, readonly string[]>> = {
  orders: ['all_orders', ...new Set(Object.values(NEEDED))],
  customers: [],
  products: [],
};

/** Those of them that are granted. */
export const grantsOf = (stream: StreamName, scopes: readonly string[]): string[] =>
  TELLING[stream].filter((subject) => mayRead(scopes, subject));

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
