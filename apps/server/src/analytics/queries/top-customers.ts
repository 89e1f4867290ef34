import type { TopCustomers } from '@xeno/contracts';
import { asBigInt, idParams, marks } from '../../db/values.ts';
import { head, money, type Period, type Scope, within } from '../scope.ts';

interface Row {
  customer_id: string | number;
  orders: string | number;
  spent: string | number;
}

interface Profile {
  shopify_customer_id: string | number;
  name: string | null;
  email: string | null;
}

/** Customers by what they spent, net of refunds, tax and shipping inside; among equals the one with the higher id. */
export async function topCustomers(scope: Scope, period: Period, limit: number): Promise<TopCustomers> {
  const { db, tenantId, currency } = scope;
  const isAllTime = period.from === null && period.to === null;
  const top = (isAllTime && (await ofAllTime(scope, limit))) || (await ofPeriod(scope, period, limit));
  const profiles =
    top.length === 0
      ? []
      : await db.read<Profile>(
          `SELECT shopify_customer_id, name, email FROM customers
           WHERE tenant_id = ? AND shopify_customer_id IN (${marks(top)})`,
          [BigInt(tenantId), ...idParams(top.map((row) => String(row.customer_id)))],
        );
  const byId = new Map(profiles.map((profile) => [String(profile.shopify_customer_id), profile]));
  return {
    ...head(scope, period),
    data: top.map((row) => {
      const customerId = String(row.customer_id);
      const profile = byId.get(customerId);
      return {
        customerId,
        name: profile?.name ?? null,
        email: profile?.email ?? null,
        orders: Number(row.orders),
        totalSpent: money(asBigInt(row.spent), currency ?? 'USD'),
      };
    }),
  };
}

/**
 * From their totals, by the index; null if fewer have spent anything. To find the others there, all customers would be
 * read, while their days are few.
 */
async function ofAllTime({ db, tenantId }: Scope, limit: number): Promise<Row[] | null> {
  const rows = await db.read<Row>(
    `SELECT shopify_customer_id AS customer_id, orders_count AS orders, total_spent AS spent FROM customers
     WHERE tenant_id = ? AND total_spent > 0
     ORDER BY total_spent DESC, shopify_customer_id DESC LIMIT ${limit}`,
    [BigInt(tenantId)],
  );
  return rows.length < limit ? null : rows;
}

function ofPeriod({ db, tenantId, generation, currency }: Scope, period: Period, limit: number): Promise<Row[]> {
  const range = within(period);
  return db.read<Row>(
    `SELECT customer_id, SUM(orders) AS orders, SUM(spent) AS spent FROM customer_days
     WHERE tenant_id = ? AND generation = ? AND currency = ?${range.sql}
     GROUP BY customer_id HAVING SUM(orders) <> 0 OR SUM(spent) <> 0
     ORDER BY SUM(spent) DESC, customer_id DESC LIMIT ${limit}`,
    [BigInt(tenantId), generation, currency, ...range.params],
  );
}
