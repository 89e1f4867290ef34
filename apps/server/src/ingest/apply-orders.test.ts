import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { orderContentHash } from './apply-orders.ts';
import { MEASURES } from '../db/measures.ts';
import { type LedgerLine, NOTHING } from './ledger.ts';
import type { OrderRecord } from './records.ts';

test('an order’s content is hashed as JSON of its facts and of its ledger, value by value', () => {
  const line: LedgerLine = {
    ...NOTHING,
    eventId: '6200354537772',
    event: 'refund',
    lineId: '0',
    kind: 'shipping',
    happenedAt: 1774746000000,
    currency: 'E"R',
    productId: null,
    variantId: '9223372036854775807',
    returnedUnits: 2,
  };
  MEASURES.forEach((measure, i) => (line[measure] = (i - 4) * 1250));
  const { eventId, event, lineId, kind, happenedAt, currency, productId, variantId, units, returnedUnits } = line;
  const values = [eventId, event, lineId, kind, happenedAt, currency, productId, variantId, units, returnedUnits];
  const measures = MEASURES.map((measure) => line[measure]);
  const facts = { id: '1', name: '#1 "a"', tags: ['ü'], cancelledAt: null } as unknown as OrderRecord;
  const json = JSON.stringify([
    facts,
    [
      [...values, ...measures],
      [...values, ...measures],
    ],
  ]);
  const order = { ...facts, customerId: '7', events: [] };
  expect(orderContentHash(order, [line, line])).toBe(hash('sha1', json, 'base64url'));
});
