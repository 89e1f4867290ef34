import type { Tx } from '../../db/database.ts';
import type { Dialect } from '../../db/types.ts';
import { idParams, marks } from '../../db/values.ts';
import type { TenantState } from '../apply.ts';
import { orderVersions, prepareOrder, readOrders, type StoredOrderVersion, writeOrders } from '../apply-orders.ts';
import { MEASURES } from '../../db/measures.ts';
import { byKey } from '../ledger.ts';
import { ledgerLineOf, type Row } from '../records-of-rows.ts';
import { NOT_FETCHED, writeMarks } from '../versions.ts';
import { joinOrder, type JoinedOrder, type KnownOrder, knownFrom, refundsIn, unitsOff } from './join-order.ts';
import type { ToldOrder } from './map-order.ts';

export interface OrderBody {
  told: ToldOrder;
  /** Told by orders/create: nothing can have happened to the order yet that its body does not tell. */
  isNew: boolean;
}

/** Joins bodies, however many of one order and in whichever order they came, with what is stored, and writes that. */
export async function applyOrderBodies(
  tx: Tx,
  dialect: Dialect,
  state: TenantState,
  bodies: OrderBody[],
): Promise<void> {
  if (bodies.length === 0) return;
  const { tenant } = state;
  const byOrder = Map.groupBy(bodies, ({ told }) => told.record.id);
  const stored = await readOrders(tx, tenant, [...byOrder.keys()]);
  const known = await readKnown(tx, tenant, stored);
  const joined = new Map<string, JoinedOrder>();
  for (const [id, ofOrder] of byOrder) {
    const result = joinAll(known.get(id) ?? null, ofOrder);
    if (result) joined.set(id, result);
  }
  const prepared = Array.from(joined.values(), ({ record, lines }) => prepareOrder(record, lines));
  const versions = await orderVersions(tx, tenant, prepared);
  const { write } = await writeOrders(tx, dialect, state, versions, stored, NOT_FETCHED);
  const doubted = write.map(({ id }) => id).filter((id) => joined.get(id)!.doubts.length > 0);
  await writeMarks(tx, dialect, tenant, 'orders', doubted);
}

/** Null when all are older than what is stored. */
function joinAll(stored: KnownOrder | null, bodies: OrderBody[]): JoinedOrder | null {
  let known = stored;
  let joined: JoinedOrder | null = null;
  const doubts: string[] = [];
  for (const { told, isNew } of bodies.toSorted((a, b) => a.told.record.updatedAt - b.told.record.updatedAt)) {
    if (known && told.record.updatedAt < known.updatedAt) continue;
    const next = joinOrder(known, told, isNew);
    const isTie = joined?.record.updatedAt === next.record.updatedAt;
    if (isTie && JSON.stringify(joined?.record) !== JSON.stringify(next.record))
      doubts.push('two contents of one time');
    doubts.push(...next.doubts);
    joined = next;
    known = knownFrom(next);
  }
  return joined && { ...joined, doubts };
}

async function readKnown(
  tx: Tx,
  tenant: bigint,
  stored: ReadonlyMap<string, StoredOrderVersion>,
): Promise<Map<string, KnownOrder>> {
  if (stored.size === 0) return new Map();
  const these = `WHERE tenant_id = ? AND shopify_order_id IN (${marks([...stored])})`;
  const params = [tenant, ...idParams(stored.keys())];
  const sales = await tx.query<Row>(
    `SELECT shopify_order_id, event_id, event, line_id, kind, happened_at, currency, product_id, variant_id, units,
       returned_units, ${MEASURES.join(', ')} FROM sales ${these}`,
    params,
  );
  const refunds = await tx.query<{ shopify_order_id: unknown; id: unknown; total_refunded: unknown }>(
    `SELECT shopify_order_id, shopify_refund_id AS id, total_refunded FROM refunds ${these}`,
    params,
  );
  const items = await tx.query<{ shopify_order_id: unknown; id: unknown; current_quantity: unknown }>(
    `SELECT shopify_order_id, shopify_line_id AS id, current_quantity FROM order_lines ${these}`,
    params,
  );
  const known = new Map<string, KnownOrder>();
  const salesOf = Map.groupBy(sales, orderOf);
  const refundsOf = Map.groupBy(refunds, orderOf);
  const itemsOf = Map.groupBy(items, orderOf);
  for (const [id, order] of stored) {
    const lines = (salesOf.get(id) ?? []).map(ledgerLineOf).sort(byKey);
    const ofOrder = (itemsOf.get(id) ?? []).map((item) => ({
      id: String(item.id),
      currentQuantity: Number(item.current_quantity),
    }));
    known.set(id, {
      updatedAt: order.updatedAt!,
      lines,
      refunds: refundsIn(
        (refundsOf.get(id) ?? []).map((row) => ({ id: String(row.id), totalRefunded: Number(row.total_refunded) })),
        lines,
      ),
      difference: Number(order.ledger_difference),
      unitsOff: unitsOff({ test: Boolean(Number(order.test)), lines: ofOrder }, lines),
    });
  }
  return known;
}

const orderOf = (row: { shopify_order_id?: unknown }) => String(row.shopify_order_id);
