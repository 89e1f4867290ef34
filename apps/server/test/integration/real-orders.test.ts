import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { findDrift } from '../../src/ingest/rollups.ts';
import { onEachDatabase, startWorld } from './world.ts';

/** Orders of a real shop, one a line: .jsonl or .jsonl.gz. Amounts in pounds, days of London. */
const FILE = process.env.REAL_ORDERS;
const SHOP = 'real-orders.myshopify.com';
const TIMEOUT_MS = 600_000;

interface Line {
  quantity: number;
  price: string;
}
interface Order {
  createdAt: string;
  customer: number | null;
  lines: Line[];
  refunds: { processedAt: string; lines: { line: number; quantity: number }[] }[];
}
interface Day {
  orders: number;
  units: number;
  gross: number;
  returns: number;
}

if (!FILE) console.warn('REAL_ORDERS is not set: the figures of real orders are not compared.');

describe.skipIf(!FILE)('real orders', () => {
  onEachDatabase('every figure', (engine) => {
    test(
      'equals a computation from the file',
      async () => {
        const { days, spent } = await compute(FILE!);
        const world = await startWorld(engine);
        try {
          world.sandbox.control.createShop(SHOP, { file: FILE, timezone: 'Europe/London' });
          const ada = await world.register();
          const id = await ada.connect(SHOP);
          expect(await ada.settled(id, TIMEOUT_MS / 1000)).toMatchObject({ status: 'succeeded', error: null });

          const pounds = (amount: number) => ({ amount: inPounds(amount), currencyCode: 'GBP' });
          const [first, last] = [[...days.keys()].sort()[0]!, [...days.keys()].sort().at(-1)!];
          const { data } = await ada.revenue(id, `&from=${first}&to=${last}`);
          expect(data.map(({ date }) => date)).toEqual(daysFrom(first, last));
          for (const row of data) {
            const { orders, units, gross, returns } = days.get(row.date) ?? {
              orders: 0,
              units: 0,
              gross: 0,
              returns: 0,
            };
            const net = pounds(gross - returns);
            expect(row).toEqual({
              date: row.date,
              orders,
              units,
              gross: pounds(gross),
              returns: pounds(-returns),
              net,
              revenue: net,
              ...Object.fromEntries(OTHERS.map((measure) => [measure, pounds(0)])),
            });
          }

          const sum = (measure: keyof Day) => [...days.values()].reduce((total, day) => total + day[measure], 0);
          const { totals } = await ada.overview(id);
          expect(totals).toMatchObject({
            customers: spent.size,
            orders: sum('orders'),
            units: sum('units'),
            revenue: pounds(sum('gross') - sum('returns')),
            averageOrderValue: pounds(Math.floor(sum('gross') / sum('orders') + 0.5)),
          });
          const best = [...spent.values()].sort((a, b) => b.spent - a.spent).slice(0, 50);
          const top = (await ada.topCustomers(id, '&limit=50')).data;
          expect(top.map(({ totalSpent }) => totalSpent)).toEqual(best.map(({ spent }) => pounds(spent)));
          expect(top.slice(0, 10).map(({ orders }) => orders)).toEqual(best.slice(0, 10).map(({ orders }) => orders));
          expect(await findDrift(world.db, id)).toEqual([]);
        } finally {
          await world.close();
        }
      },
      TIMEOUT_MS,
    );
  });
});

const OTHERS = ['discounts', 'shipping', 'tax', 'duties', 'fees', 'adjustments', 'giftCards', 'tips'];

/** In whole pence; a refund counts on the day it was processed. */
async function compute(file: string) {
  const days = new Map<string, Day>();
  const spent = new Map<number, { orders: number; spent: number }>();
  const london = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London' });
  const dayOf = (instant: string): Day => {
    const date = london.format(new Date(instant));
    let day = days.get(date);
    if (!day) days.set(date, (day = { orders: 0, units: 0, gross: 0, returns: 0 }));
    return day;
  };
  const bytes = createReadStream(file);
  for await (const line of createInterface({ input: file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes })) {
    const order = JSON.parse(line) as Order;
    const worth = (of: Line, quantity: number) => inPence(of.price) * quantity;
    const gross = order.lines.reduce((total, of) => total + worth(of, of.quantity), 0);
    const day = dayOf(order.createdAt);
    day.orders++;
    day.units += order.lines.reduce((total, { quantity }) => total + quantity, 0);
    day.gross += gross;
    let returned = 0;
    for (const refund of order.refunds) {
      const value = refund.lines.reduce((total, { line, quantity }) => total + worth(order.lines[line]!, quantity), 0);
      dayOf(refund.processedAt).returns += value;
      returned += value;
    }
    if (order.customer === null) continue;
    const known = spent.get(order.customer) ?? { orders: 0, spent: 0 };
    spent.set(order.customer, { orders: known.orders + 1, spent: known.spent + gross - returned });
  }
  return { days, spent };
}

function inPence(pounds: string): number {
  const [, whole, fraction = ''] = /^(\d+)(?:\.(\d{1,2}))?$/.exec(pounds)!;
  return Number(whole) * 100 + Number(fraction.padEnd(2, '0'));
}

const inPounds = (pence: number) =>
  `${pence < 0 ? '-' : ''}${Math.floor(Math.abs(pence) / 100)}.${String(Math.abs(pence) % 100).padStart(2, '0')}`;

function daysFrom(first: string, last: string): string[] {
  const dates: string[] = [];
  for (let day = Date.parse(first); day <= Date.parse(last); day += 86_400_000) {
    dates.push(new Date(day).toISOString().slice(0, 10));
  }
  return dates;
}
