import { RollupDifference } from '../../apps/server/src/ingest/rollups.ts';

const { addOrder, addSales, inserts } = RollupDifference.prototype;

/** Does `work` as Xeno does, but keeps no rollups: what they cost is the difference. */
export async function withoutRollups(work: () => Promise<unknown>): Promise<void> {
  Object.assign(RollupDifference.prototype, { addOrder() {}, addSales() {}, *inserts() {} });
  try {
    await work();
  } finally {
    Object.assign(RollupDifference.prototype, { addOrder, addSales, inserts });
  }
}
