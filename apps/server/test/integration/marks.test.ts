import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { expectExact, onEachDatabase, startWorld } from './world.ts';

const SHOP = 'doubted.myshopify.com';

onEachDatabase('very many marks', (engine) => {
  test('are answered by one full run, and do not start another', async () => {
    const world = await startWorld(engine, { env: { SWEEP_SECONDS: '1', MARKS_BY_BULK: '70' } });
    try {
      const { db, sandbox } = world;
      sandbox.control.createShop(SHOP, { orders: 90 });
      const ada = await world.register();
      const id = await ada.fill(SHOP);
      const tenant = BigInt(id);
      const marks = () => db.read('SELECT 1 FROM fetch_marks WHERE tenant_id = ?', [tenant]);
      const mark = (most: number) =>
        db.transaction((tx) =>
          tx.run(
            `INSERT INTO fetch_marks (tenant_id, stream, shopify_id, marked_at, due_at)
             SELECT tenant_id, 'orders', shopify_order_id, ?, ? FROM orders WHERE tenant_id = ? LIMIT ${most}`,
            [new Date(), new Date(), tenant],
          ),
        );
      const answered = async () => {
        while ((await marks()).length > 0) await delay(25);
        await ada.settled(id);
      };
      const full = async () => (await ada.runs(id)).filter(({ kind }) => kind === 'full').length;

      await mark(65);
      await answered();
      expect(await full()).toBe(0);
      // what is stored is doubted: any fetch replaces it
      await db.transaction((tx) =>
        tx.run("UPDATE orders SET total_price = 1, content_hash = '' WHERE tenant_id = ?", [tenant]),
      );
      await mark(90);
      await answered();
      expect(await full()).toBe(1);
      await mark(65);
      await answered();
      expect(await full()).toBe(1);
      expect(await db.read('SELECT 1 FROM orders WHERE tenant_id = ? AND total_price = 1', [tenant])).toEqual([]);
      await expectExact(world, ada, id, SHOP);
    } finally {
      await world.close();
    }
  });
});
