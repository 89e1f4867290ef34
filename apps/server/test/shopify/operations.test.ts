import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from '@graphql-codegen/cli';
import {
  buildSchema,
  getNamedType,
  isLeafType,
  Kind,
  parse,
  print,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { format, resolveConfig } from 'prettier';
import { beforeAll, describe, expect, it } from 'vitest';
import codegen from '../../codegen.ts';
import { bulkText } from '../../src/shopify/bulk-text.ts';
import * as generated from '../../src/shopify/operations/generated.ts';
import { mayRead, onlyGranted } from '../../src/shopify/scopes.ts';

const packages = join(import.meta.dirname, '../../../../packages/shopify-schema');
const BULK = {
  orders: generated.BulkOrdersDocument,
  customers: generated.BulkCustomersDocument,
  products: generated.BulkProductsDocument,
};
const documents = Object.entries(generated).filter(([name]) => name.endsWith('Document')) as [
  string,
  { toString(): string },
][];

let schema: GraphQLSchema;
beforeAll(() => {
  schema = buildSchema(readFileSync(join(packages, 'admin_2026-10.graphql'), 'utf8'));
});

it('generating the types again changes nothing', { timeout: 60_000 }, async () => {
  const files = (await generate({ ...codegen, hooks: {}, silent: true, errorsOnly: true }, false)) as {
    filename: string;
    content: string;
  }[];
  expect(files).toHaveLength(1);
  for (const { filename, content } of files) {
    const formatted = await format(content, { ...(await resolveConfig(filename)), filepath: filename });
    expect(readFileSync(filename, 'utf8')).toBe(formatted);
  }
});

describe('on the official schema', () => {
  it.each(documents)('%s is valid', (_name, document) => {
    expect(validate(schema, parse(document.toString()))).toEqual([]);
  });

  it.each(Object.entries(BULK))(
    'the bulk text of %s is valid and keeps to the rules for bulk queries',
    (_name, document) => {
      for (const text of [
        bulkText(document),
        bulkText(document, `created_at:>='2026-01-01T00:00:00.000Z' AND title:"x\\y"`),
      ]) {
        const tree = parse(text);
        expect(validate(schema, tree)).toEqual([]);
        const shape = connections(tree);
        expect(shape.count).toBeGreaterThanOrEqual(1);
        expect(shape.count).toBeLessThanOrEqual(5);
        expect(shape.depth).toBeLessThanOrEqual(3); // the root's and two nested
        expect(shape.withoutId).toEqual([]);
        expect(text).not.toMatch(/\bnodes\b|\bfirst:|\$|\.\.\. *\w+Fields/);
      }
    },
  );

  it('the search filter stands in the bulk text as it was given', () => {
    const search = `a:"b" \\ 'c' \u{1F600}`;
    const [operation] = parse(bulkText(BULK.orders, search)).definitions as [OperationDefinitionNode];
    const [orders] = operation.selectionSet.selections;
    expect(orders).toMatchObject({
      name: { value: 'orders' },
      arguments: [{ value: { kind: Kind.STRING, value: search } }],
    });
  });

  it('bulk and by-id give the same shape', () => {
    const fragment = (document: { toString(): string }, name: string) => {
      const found = parse(document.toString()).definitions.find(
        (node) => node.kind === Kind.FRAGMENT_DEFINITION && node.name.value === name,
      );
      return found && print(found);
    };
    for (const name of ['OrderFields', 'LineItemFields', 'AgreementFields', 'SaleFields']) {
      expect(fragment(BULK.orders, name)).toMatch(/\bid\b/);
      expect(fragment(generated.OrdersByIdDocument, name)).toBe(fragment(BULK.orders, name));
    }
  });

  it('no query requests more than 1000 points, at the pages that are asked for', () => {
    const pages: Record<string, Record<string, unknown>> = {
      OrdersById: { ids: ids(3), lines: 8, agreements: 2, sales: 10 },
      OrderLines: { first: 90 },
      ProductsById: { ids: ids(8), variants: 50 },
      ProductVariants: { first: 250 },
      CustomersById: { ids: ids(100) },
    };
    for (const sizes of [
      { agreements: 6, sales: 14 },
      { agreements: 1, sales: 90 },
    ]) {
      expect(requestedCost(generated.OrderAgreementsDocument.toString(), sizes)).toBeLessThan(1000);
    }
    for (const [name, document] of documents) {
      const operation = name.replace(/Document$/, '');
      if (operation.startsWith('Bulk') || operation === 'OrderAgreements') continue;

      expect(requestedCost(document.toString(), pages[operation] ?? {}), operation).toBeLessThan(1000);
    }
  });

  it('asks for nothing beyond the granted scopes', () => {
    const needed = JSON.parse(readFileSync(join(packages, 'admin_2026-10.scopes.json'), 'utf8')) as Record<
      string,
      string[]
    >;
    const ordersOnly = onlyGranted(generated.OrdersByIdDocument, ['read_orders']);
    const info = new TypeInfo(schema);
    const denied: string[] = [];
    visit(
      parse(bulkText(onlyGranted(BULK.orders, ['read_orders'])) + ordersOnly.toString()),
      visitWithTypeInfo(info, {
        [Kind.FIELD](field) {
          const scopes = needed[getNamedType(info.getType())?.name ?? ''];
          if (scopes && !scopes.includes('read_orders')) denied.push(field.name.value);
        },
      }),
    );
    expect(denied).toEqual([]);
    expect(validate(schema, parse(ordersOnly.toString()))).toEqual([]);
    const all = ['write_customers', 'read_products', 'read_orders'];
    expect(bulkText(onlyGranted(BULK.orders, all))).toBe(bulkText(BULK.orders));
    expect(mayRead(['write_customers'], 'customers') && !mayRead(['read_customer_merge'], 'customers')).toBe(true);
  });
});

const ids = (count: number) => Array.from({ length: count }, (_, index) => String(index));

function connections(tree: DocumentNode) {
  const info = new TypeInfo(schema);
  const shape = { count: 0, depth: 0, withoutId: [] as string[] };
  let depth = 0;
  const isConnection = () => getNamedType(info.getType())?.name.endsWith('Connection') ?? false;
  visit(
    tree,
    visitWithTypeInfo(info, {
      [Kind.FIELD]: {
        enter(field) {
          if (isConnection()) {
            shape.count++;
            shape.depth = Math.max(shape.depth, ++depth);
          }
          if (field.name.value !== 'node') return;
          const chosen = field.selectionSet?.selections.map((selection) =>
            selection.kind === Kind.FIELD ? selection.name.value : '',
          );
          if (!chosen?.includes('id')) shape.withoutId.push(info.getParentType()?.name ?? '?');
        },
        leave() {
          if (isConnection()) depth--;
        },
      },
    }),
  );
  return shape;
}

/**
 * Shopify's documented rule at its dearest: an object counts 1, a connection 2 and its page size times what a node
 * costs, of an abstract type's fragments the dearest. A list without a size is taken for ten.
 */
function requestedCost(text: string, variables: Record<string, unknown>): number {
  const tree = parse(text);
  const fragments = new Map(
    tree.definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
    ),
  );
  const of = (set: SelectionSetNode | undefined, typeName: string, size: number): number => {
    let sum = 0;
    let dearest = 0;
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        sum += of(fragments.get(selection.name.value)?.selectionSet, typeName, size);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        dearest = Math.max(dearest, of(selection.selectionSet, selection.typeCondition?.name.value ?? typeName, size));
      } else {
        const type = schema.getType(typeName);
        const field = type && 'getFields' in type ? type.getFields()[selection.name.value] : undefined;
        if (!field || !('args' in field)) continue; // __typename
        const named = getNamedType(field.type);
        if (isLeafType(named)) continue;
        const argument = (name: string) => {
          const value = selection.arguments?.find((given) => given.name.value === name)?.value;
          if (value?.kind === Kind.VARIABLE) return variables[value.name.value];
          return value?.kind === Kind.INT ? Number(value.value) : undefined;
        };
        const children = (times: number) => of(selection.selectionSet, named.name, times);
        if (named.name.endsWith('Connection')) sum += 2 + children(Number(argument('first')));
        else if (['edges', 'nodes'].includes(selection.name.value) && typeName.endsWith('Connection')) {
          sum += size * (selection.name.value === 'edges' ? children(1) : 1 + children(1));
        } else if (named.name === 'PageInfo') continue;
        else if (selection.name.value === 'nodes') sum += (argument('ids') as string[]).length * (1 + children(1));
        else if (String(field.type).includes('[')) sum += 10 * (1 + children(1));
        else sum += 1 + children(1);
      }
    }
    return sum + dearest;
  };
  const operation = tree.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  return of(operation?.selectionSet, 'QueryRoot', 1);
}
