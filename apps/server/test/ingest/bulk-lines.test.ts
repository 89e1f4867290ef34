import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UnreadableRecord } from '../../src/ingest/unreadable.ts';
import { familiesOf, familyBatches, mapFamilies } from '../../src/ingest/bulk/join.ts';
import { IncompleteResult } from '../../src/ingest/bulk/lines.ts';
import { partition, partitionFile } from '../../src/ingest/bulk/partition.ts';
import type { OrderRecord } from '../../src/ingest/records.ts';

const ORDER = 'gid://shopify/Order/9007199254740993';
const TITLE = '"__parentId":"gid://shopify/Order/1" \\" __proto__ 👘';
const zero = {
  shopMoney: { amount: '0.0', currencyCode: 'JPY' },
  presentmentMoney: { amount: '0', currencyCode: 'JPY' },
};
const lines = {
  order: {
    id: ORDER,
    name: '#1',
    createdAt: '2026-01-01T00:00:00Z',
    processedAt: '2026-01-01T00:00:00Z',
    updatedAt: '2026-01-01T00:00:00Z',
    currencyCode: 'JPY',
    presentmentCurrencyCode: 'JPY',
    test: false,
    tags: [],
    discountCodes: [],
    totalPriceSet: zero,
    currentTotalPriceSet: zero,
    totalShippingPriceSet: zero,
    totalRefundedSet: zero,
    refunds: [],
  },
  item: {
    id: 'gid://shopify/LineItem/1',
    title: TITLE,
    quantity: 1,
    currentQuantity: 1,
    originalUnitPriceSet: zero,
    discountedTotalSet: zero,
    isGiftCard: false,
    __parentId: ORDER,
  },
  agreement: {
    __typename: 'RefundAgreement',
    id: 'gid://shopify/SalesAgreement/7',
    happenedAt: '2026-01-02T00:00:00Z',
    __parentId: ORDER,
  },
  sale: {
    __typename: 'ProductSale',
    id: 'gid://shopify/Sale/9',
    actionType: 'RETURN',
    lineType: 'PRODUCT',
    quantity: -1,
    totalAmount: zero,
    totalTaxAmount: zero,
    totalDiscountAmountBeforeTaxes: zero,
    lineItem: { id: 'gid://shopify/LineItem/1' },
    __parentId: 'gid://shopify/SalesAgreement/7',
  },
};

const spaced = (line: object) =>
  `{${Object.entries(line)
    .map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`)
    .join(', ')}}`;
const reversed = (line: object) => JSON.stringify(Object.fromEntries(Object.entries(line).reverse()));
const escaped = (line: object) =>
  JSON.stringify(line)
    .replaceAll('/', '\\/')
    .replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

describe('the lines of a bulk result', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'xeno-lines-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function mapped(index: number, unread: UnreadableRecord[]) {
    const bytes = await readFile(partitionFile(join(folder, 'parts'), index));
    const batches = [...familyBatches(familiesOf(bytes), 100)];
    const of = { stream: 'orders' as const, currency: 'JPY', fetchBegan: 0 };
    return Promise.all(batches.map(({ batch }) => mapFamilies(bytes, batch, of, unread)));
  }

  async function read(text: string, count: number): Promise<OrderRecord[]> {
    const file = join(folder, 'result.jsonl');
    await writeFile(file, text);
    const { partitions } = await partition(file, join(folder, 'parts'), count);
    const records: unknown[] = [];
    const unread: UnreadableRecord[] = [];
    for (let i = 0; i < partitions; i++) {
      for (const batch of await mapped(i, unread)) records.push(...batch.records);
    }
    expect(unread).toEqual([]);
    return records as OrderRecord[];
  }

  const { order, item, agreement, sale } = lines;
  it.each([
    ['parents first', [order, item, agreement, sale].map((line) => JSON.stringify(line)).join('\n') + '\n'],
    ['children first', [sale, agreement, item, order].map((line) => JSON.stringify(line)).join('\n') + '\n'],
    ['spaces, CRLF, no last line end', [sale, item, order, agreement].map(spaced).join('\r\n')],
    ['ids last', [agreement, sale, order, item].map(reversed).join('\n')],
    ['everything escaped', [item, sale, agreement, order].map(escaped).join('\r\n') + '\r\n'],
  ])('are joined: %s', async (_, text) => {
    const [record, ...others] = await read(text, 4);
    expect(others).toEqual([]);
    expect(record).toMatchObject({
      id: '9007199254740993',
      lines: [{ id: '1', title: TITLE }],
      events: [{ id: '7', type: 'refund', sales: [{ action: 'RETURN', lineId: '1' }] }],
    });
  });

  it('are the same record in whichever order they come, also where types share a number', async () => {
    const refund = { ...agreement, id: 'gid://shopify/RefundAgreement/7' };
    const placed = { ...agreement, __typename: 'OrderAgreement', id: 'gid://shopify/OrderAgreement/7' };
    const ofRefund = { ...sale, __parentId: refund.id };
    const ofOrder = { ...sale, actionType: 'ORDER', quantity: 1, __parentId: placed.id };
    const tip = { ...ofOrder, __typename: 'TipSale', id: 'gid://shopify/TipSale/9', lineType: 'TIP' };
    const all = [order, item, refund, placed, ofRefund, ofOrder, tip];
    const [there] = await read(all.map((line) => JSON.stringify(line)).join('\n'), 7);
    await rm(join(folder, 'parts'), { recursive: true });
    const [back] = await read(
      all
        .map((line) => JSON.stringify(line))
        .reverse()
        .join('\n'),
      7,
    );
    expect(there!.events.map(({ type, sales }) => [type, sales.length])).toEqual([
      ['order', 2],
      ['refund', 1],
    ]);
    expect(back).toEqual(there);
  });

  it('with an id that no database holds are refused by themselves', async () => {
    const huge = { ...order, id: 'gid://shopify/Order/18446744073709551616' };
    const file = join(folder, 'result.jsonl');
    await writeFile(file, [huge, order].map((line) => JSON.stringify(line)).join('\n'));
    await partition(file, join(folder, 'parts'), 2);
    const unread: UnreadableRecord[] = [];
    for (const { records } of await mapped(0, unread)) {
      expect(records.map(({ id }) => id)).toEqual(['9007199254740993']);
    }
    expect(unread.map(({ gid }) => gid)).toEqual([huge.id]);
  });

  it('are joined however long they are', async () => {
    const title = 'x'.repeat(3_000_000);
    const all = [sale, { ...item, title }, agreement, order].map((line) => JSON.stringify(line));
    const [record] = await read(all.join('\n'), 4);
    expect(record!.lines[0]!.title.length).toBe(title.length);
    expect(record!.events[0]!.sales).toHaveLength(1);
  });

  it.each([
    ['a line fewer than counted', [order, item, agreement], 4],
    ['a line more than counted', [order, item, item], 2],
    ['an order missing', [item, agreement, sale], 3],
    ['another order in its place', [{ ...order, id: 'gid://shopify/Order/2' }, item, agreement, sale], 4],
    ['an agreement missing', [order, item, sale], 3],
  ])('are incomplete: %s', async (_, some, count) => {
    await expect(read(some.map((line) => JSON.stringify(line)).join('\n'), count)).rejects.toThrow(IncompleteResult);
  });

  it('are incomplete: cut off', async () => {
    const text = [order, item].map((line) => JSON.stringify(line)).join('\n');
    await expect(read(text.slice(0, -10), 2)).rejects.toThrow(IncompleteResult);
  });

  it('are incomplete: the last line cut off where it looks like one', async () => {
    const text = JSON.stringify({ ...order, shippingAddress: { countryCodeV2: 'GB' } });
    expect(text.endsWith('}}')).toBe(true);
    await expect(read(`${JSON.stringify(item)}\n${text.slice(0, -1)}`, 2)).rejects.toThrow('cut off');
  });

  it('are incomplete: one in the middle that only looks like one', async () => {
    const broken = JSON.stringify(item).replace('"quantity":', '"quantity"');
    await expect(
      read(
        [order, item]
          .map((line) => JSON.stringify(line))
          .join('\n')
          .replace(JSON.stringify(item), broken) + '\n',
        2,
      ),
    ).rejects.toThrow(IncompleteResult);
  });
});
