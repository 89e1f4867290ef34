import { randomInt } from 'node:crypto';
import { decimalsOf, toDecimal, toMinor } from '@xeno/contracts';
import { salesPerDay } from '../../shopify/sales-report.ts';
import type { FetchContext } from '../context.ts';
import { IN_TOTAL } from '../ledger.ts';
import type { Finding } from './findings.ts';
import { refetch, storedRows } from './stored-versions.ts';

/** So many orders of one day are fetched anew at a time, of a day that has more mostly others the next time. */
const ORDERS_OF_DAY = 2_000;

/**
 * Compares the total sales of each day (`from` and `to` included) with Shopify's own report. The orders behind a day that
 * differs are fetched anew; those that it changed are named, and the day itself.
 */
export async function checkDays(
  ctx: FetchContext,
  days: { from: string; to: string },
): Promise<{ compared: number; findings: Partial<Finding>[]; errors: Error[] }> {
  const { client, currency, signal } = ctx;
  const theirs = await salesPerDay(client, days, signal);
  const findings: Partial<Finding>[] = [];
  const errors: Error[] = [];
  const ours = await totals(ctx, days);
  for (const day of [...new Set([...theirs.keys(), ...ours.keys()])].sort()) {
    const expected = minorOf(theirs.get(day) ?? '0', currency);
    if (expected === (ours.get(day) ?? 0)) continue;
    const ids = await ordersOf(ctx, day);
    const before = await storedRows(ctx.db, ctx.tenantId, 'orders', ids);
    const refetched = await refetch(ctx, 'orders', ids);
    errors.push(...refetched.errors);
    const now = (await totals(ctx, { from: day, to: day })).get(day) ?? 0;
    const after = await storedRows(ctx.db, ctx.tenantId, 'orders', ids);
    const changed = ids.filter((id) => before.get(id)?.contentHash !== after.get(id)?.contentHash);
    findings.push(
      ...changed.map((id): Partial<Finding> => {
        const name = after.get(id)?.name ?? before.get(id)?.name ?? null;
        return {
          kind: 'damaged',
          stream: 'orders',
          shopifyId: id,
          name,
          localDate: day,
          mended: !refetched.unread.has(id),
        };
      }),
    );
    const found = ours.get(day) ?? 0;
    findings.push({
      kind: 'day_total',
      localDate: day,
      expected: `${toDecimal(expected, currency)} ${currency}`,
      found: `${toDecimal(found, currency)} ${currency}`,
      mended: now === expected,
    });
  }
  return { compared: theirs.size, findings, errors };
}

/** Reports give amounts with more decimals than the currency has, or fewer. */
function minorOf(amount: string, currency: string): number {
  const [whole = '0', fraction = ''] = amount.split('.');
  const decimals = decimalsOf(currency);
  const text = decimals > 0 ? `${whole}.${fraction.padEnd(decimals, '0').slice(0, decimals)}` : whole;
  return toMinor(text, currency);
}

async function totals({ db, tenantId, currency }: FetchContext, days: { from: string; to: string }) {
  const rows = await db.read<{ local_date: string; total: string | number }>(
    `SELECT local_date, ${IN_TOTAL.join(' + ')} AS total FROM daily_sales
     WHERE tenant_id = ? AND generation = (SELECT generation FROM tenant_state WHERE tenant_id = ?)
       AND currency = ? AND local_date BETWEEN ? AND ?`,
    [BigInt(tenantId), BigInt(tenantId), currency, days.from, days.to],
  );
  return new Map(rows.map((row) => [String(row.local_date), Number(row.total)]));
}

async function ordersOf({ db, tenantId }: FetchContext, day: string): Promise<string[]> {
  const rows = await db.read<{ id: string | number }>(
    `SELECT shopify_order_id AS id FROM sales WHERE tenant_id = ? AND local_date = ?
     UNION SELECT shopify_order_id FROM orders WHERE tenant_id = ? AND local_date = ? ORDER BY id`,
    [BigInt(tenantId), day, BigInt(tenantId), day],
  );
  return shareOf(
    rows.map(({ id }) => String(id)),
    ORDERS_OF_DAY,
    randomInt(2 ** 31),
  );
}

/** Of a list that is cut into shares of `size`, one after the other as `turn` ascends. */
export function shareOf<T>(all: T[], size: number, turn: number): T[] {
  const at = turn % Math.max(1, Math.ceil(all.length / size));
  return all.slice(at * size, (at + 1) * size);
}
