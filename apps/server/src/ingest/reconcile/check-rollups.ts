import type { Tx } from '../../db/database.ts';
import { asDate } from '../../db/values.ts';
import { locked } from '../apply.ts';
import type { FetchContext } from '../context.ts';
import { MEASURES } from '../../db/measures.ts';
import { type Drift, findCountDrift, findCustomerDrift, findDayDrift } from '../rollups.ts';
import type { Finding } from './findings.ts';

const DAY_MS = 86_400_000;
/** Of so many orders, about, one statement compares the rollups: the database sorts their rows, and others wait for it. */
const ORDERS_AT_ONCE = 50_000;
/** Days that are compared by one statement, at most. */
const PERIOD_DAYS = 366;

/**
 * Compares every rollup with its rows, and makes anew what differs. A commit between two statements looks like a
 * difference: only what still differs under the tenant's lock is one.
 */
export async function checkRollups(ctx: FetchContext): Promise<{ compared: number; findings: Partial<Finding>[] }> {
  const { db, tenantId } = ctx;
  const findings: Partial<Finding>[] = [];
  const [first] = await db.read<{ day: unknown; orders: number | string }>(
    `SELECT MIN(day) AS day, (SELECT COUNT(*) FROM orders WHERE tenant_id = ?) AS orders FROM (
       SELECT MIN(local_date) AS day FROM sales WHERE tenant_id = ? UNION ALL
       SELECT MIN(local_date) FROM orders WHERE tenant_id = ? UNION ALL
       SELECT MIN(local_date) FROM daily_sales WHERE tenant_id = ?
     ) AS days`,
    Array<bigint>(4).fill(BigInt(tenantId)),
  );
  const start = asDate(first?.day ?? null);
  const parts = Math.ceil(Number(first?.orders ?? 0) / ORDERS_AT_ONCE) || 1;
  const all = start ? (Date.now() - start.getTime()) / DAY_MS : 0;
  const period = Math.min(PERIOD_DAYS, Math.ceil(all / parts) || 1);
  let compared = 0;
  // a day ahead: the store's calendar may be
  for (let at = start?.getTime() ?? Infinity; at <= Date.now() + DAY_MS; at += period * DAY_MS) {
    ctx.signal.throwIfAborted();
    const drift = await findDayDrift((sql) => db.read(sql), db.dialect, tenantId, {
      from: dayOf(at),
      to: dayOf(at + (period - 1) * DAY_MS),
    });
    for (const day of new Set(drift.map(({ key }) => key.split(' ')[1]!))) findings.push(...(await mendDay(ctx, day)));
    compared += period;
  }
  const customers: Drift[] = [];
  for (let part = 0; part < parts; part++) {
    ctx.signal.throwIfAborted();
    customers.push(...(await findCustomerDrift((sql) => db.read(sql), db.dialect, tenantId, { part, of: parts })));
  }
  for (let i = 0; i < customers.length; i += 200) {
    findings.push(
      ...(await mendCustomers(
        ctx,
        customers.slice(i, i + 200).map(({ key }) => key),
      )),
    );
  }
  findings.push(...(await mendCounts(ctx)));
  return { compared, findings };
}

const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);

const mendDay = (ctx: FetchContext, day: string) =>
  mend(ctx, async (tx, tenant, generation) => {
    const drift = await findDayDrift((sql) => tx.query(sql), ctx.db.dialect, ctx.tenantId, { from: day, to: day });
    for (const { rollup, key, recomputed } of drift) {
      const isDay = rollup === 'daily_sales';
      const keys = ['tenant_id', 'generation', 'currency', 'local_date', ...(isDay ? [] : ['customer_id'])];
      const columns = isDay ? ['orders', 'units', ...MEASURES] : ['orders', 'spent'];
      const values = valuesOf(recomputed);
      await tx.insert(
        rollup,
        [...keys, ...columns],
        [[tenant, generation, ...key.split(' '), ...columns.map((column) => values.get(column) ?? 0n)]],
        { keys, replace: columns },
      );
    }
    return drift;
  });

const mendCustomers = (ctx: FetchContext, ids: string[]) =>
  mend(ctx, async (tx, tenant) => {
    const drift = await findCustomerDrift((sql) => tx.query(sql), ctx.db.dialect, ctx.tenantId, { ids });
    for (const { key, recomputed } of drift) {
      const values = valuesOf(recomputed);
      await tx.insert(
        'customers',
        ['tenant_id', 'shopify_customer_id', 'orders_count', 'total_spent'],
        [[tenant, BigInt(key), values.get('orders') ?? 0n, values.get('spent') ?? 0n]],
        { keys: ['tenant_id', 'shopify_customer_id'], replace: ['orders_count', 'total_spent'] },
      );
    }
    return drift;
  });

const mendCounts = (ctx: FetchContext) =>
  mend(ctx, async (tx, tenant) => {
    const drift = await findCountDrift((sql) => tx.query(sql), ctx.db.dialect, ctx.tenantId);
    for (const { recomputed } of drift) {
      const values = valuesOf(recomputed);
      await tx.run('UPDATE tenant_state SET customers = ?, products = ? WHERE tenant_id = ?', [
        values.get('customers') ?? 0n,
        values.get('products') ?? 0n,
        tenant,
      ]);
    }
    return drift;
  });

async function mend(
  ctx: FetchContext,
  repair: (tx: Tx, tenant: bigint, generation: number) => Promise<Drift[]>,
): Promise<Partial<Finding>[]> {
  const drift = await locked(ctx, async (tx, state) => {
    const mended = await repair(tx, state.tenant, state.generation);
    if (mended.length > 0) state.changed();
    return mended;
  });
  return drift.map(({ rollup, key, stored, recomputed }) => ({
    kind: 'drift' as const,
    name: `${rollup} ${key}`,
    localDate: /\d{4}-\d{2}-\d{2}/.exec(key)?.[0] ?? null,
    expected: recomputed || 'nothing',
    found: stored || 'nothing',
    mended: true,
  }));
}

/** `orders=1 units=2` */
const valuesOf = (figures: string) =>
  new Map(
    figures
      .split(' ')
      .filter(Boolean)
      .map((part) => part.split('='))
      .map(([name, value]) => [name!, BigInt(value!)]),
  );
