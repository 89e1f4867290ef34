import type { Database } from '../../apps/server/src/db/database.ts';
import { MEASURES } from '../../apps/server/src/db/measures.ts';
import { makeStore } from '../store.ts';

export const FIRST_DAY = '2023-07-01';
export const LAST_DAY = '2026-06-30';
const DAYS = (Date.parse(LAST_DAY) - Date.parse(FIRST_DAY)) / 86_400_000 + 1;
const CHUNK = 50_000;

/**
 * A store in UTC with `orders` orders evenly over three years, one line of sales each, from a quarter as many customers
 * of whom a few buy much. Rows are made by the database itself; rollups are computed from them.
 */
export async function fillStore(db: Database, orders: number): Promise<string> {
  const { tenantId } = await makeStore(db, { currency: 'GBP', timezone: 'UTC' });
  await makeNumbers(db);
  for (let first = 0; first < orders; first += CHUNK) {
    await db.transaction(async (tx) => {
      await tx.run(ordersSql(db, tenantId, orders, first));
      await tx.run(salesSql(tenantId, first));
    });
  }
  const id = `${tenantId} AS tenant_id`;
  const measures = MEASURES.map((measure) => `SUM(${measure})`).join(', ');
  const total = 'gross + tax';
  await db.transaction(async (tx) => {
    await tx.run(
      `INSERT INTO daily_sales SELECT ${id}, 1, currency, local_date, COUNT(*), SUM(units), ${measures}
       FROM sales WHERE tenant_id = ${tenantId} GROUP BY currency, local_date`,
    );
    await tx.run(
      `INSERT INTO customer_days SELECT ${id}, 1, currency, local_date, customer_id, COUNT(*), SUM(${total})
       FROM sales WHERE tenant_id = ${tenantId} AND customer_id IS NOT NULL GROUP BY currency, local_date, customer_id`,
    );
    await tx.run(
      `INSERT INTO customers (tenant_id, shopify_customer_id, name, email, tags, orders_count, total_spent, created_at, updated_at, content_hash)
       SELECT ${id}, customer_id, 'Grace Hopper', 'grace@example.com', '[]', SUM(orders), SUM(spent), '${FIRST_DAY} 00:00:00.000', '${LAST_DAY} 00:00:00.000', ''
       FROM customer_days WHERE tenant_id = ${tenantId} GROUP BY customer_id`,
    );
    await tx.run(
      `UPDATE tenant_state SET customers = (SELECT COUNT(*) FROM customers WHERE tenant_id = ${tenantId}) WHERE tenant_id = ${tenantId}`,
    );
  });
  return tenantId;
}

async function makeNumbers(db: Database): Promise<void> {
  await db.sequelize.query('CREATE TABLE IF NOT EXISTS bench_numbers (n INT NOT NULL PRIMARY KEY)');
  const [known] = await db.read('SELECT n FROM bench_numbers LIMIT 1');
  if (known) return;
  const rows = Array.from({ length: CHUNK }, (_, n) => [n]);
  await db.transaction((tx) => tx.insert('bench_numbers', ['n'], rows, null));
}

function ordersSql({ dialect }: Database, tenantId: string, orders: number, first: number): string {
  const seconds = `CAST((n + ${first}) * ${(DAYS * 86_400 - 1) / orders} AS ${dialect === 'sqlite' ? 'INTEGER' : 'SIGNED'})`;
  const instant =
    dialect === 'sqlite'
      ? `strftime('%Y-%m-%d %H:%M:%f +00:00', '${FIRST_DAY}', '+' || seconds || ' seconds')`
      : `'${FIRST_DAY}' + INTERVAL seconds SECOND`;
  const day = dialect === 'sqlite' ? `date('${FIRST_DAY}', '+' || seconds || ' seconds')` : `DATE(${instant})`;
  // Knuth's multiplicative hash; its square favours low numbers: regular customers
  const hash = `((n + ${first}) * 2654435761 & 4294967295)`;
  const customers = Math.ceil(orders / 4);
  return `INSERT INTO orders
    SELECT ${tenantId}, 5400000000000 + id, CASE WHEN id % 10 = 0 THEN NULL ELSE 7100000000000 + ((share * share * ${customers}) >> 40) END,
      '#1001', 'GBP', gross + tax, gross + tax, 0, tax, 0, 0, 'GBP', gross + tax, gross + tax, 0, 'PAID', 'FULFILLED', 'web', 'GB',
      '[]', '[]', ${instant}, ${instant}, ${instant}, NULL, NULL, NULL, ${day}, 0, 'xxxxxxxxxxxxxxxxxxxxxxxxxxx'
    FROM (SELECT n + ${first} AS id, ${seconds} AS seconds, ${hash} >> 12 AS share, 500 + ${hash} % 19000 AS gross, ${hash} % 3001 AS tax
          FROM bench_numbers WHERE n + ${first} < ${orders}) AS generated`;
}

const salesSql = (tenantId: string, first: number): string =>
  `INSERT INTO sales
   SELECT tenant_id, shopify_order_id, shopify_order_id, 'order', shopify_order_id, 'product', created_at, local_date, currency,
     customer_id, 1, 1, 1, 0, total_price - total_tax, 0, 0, 0, total_tax, 0, 0, 0, 0, 0
   FROM orders WHERE tenant_id = ${tenantId} AND shopify_order_id >= ${5_400_000_000_000 + first}`;
