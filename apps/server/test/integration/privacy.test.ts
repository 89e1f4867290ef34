import { type AuditEntry, type PrivacyRequest } from '@xeno/contracts';
import { createHmac } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LeaseLost } from '../../src/db/leases.ts';
import { ERASED_TABLES, eraseStore, stepsOf } from '../../src/privacy/erase-store.ts';
import { customerFile } from '../../src/privacy/customer-file.ts';
import { addressOf, caughtUp } from './webhooks.ts';
import { Browser, consent, expectExact, onEachDatabase, startWorld, wentWell, type World } from './world.ts';

const SHOP = 'discreet.myshopify.com';

onEachDatabase('privacy', (engine) => {
  let world: World;
  let ada: Browser;
  let id: string;

  beforeEach(async () => {
    world = await startWorld(engine, {
      env: {
        SWEEP_SECONDS: '1',
        EVENT_RETRY_SECONDS: '1',
        EVENT_TRIES: '2',
        FETCH_SETTLE_SECONDS: '1',
        MARK_RETRY_SECONDS: '1',
      },
    });
    world.sandbox.control.settings({ complianceUrl: `${world.url}/api/shopify/webhooks` });
    world.sandbox.control.createShop(SHOP, { orders: 80, bigIds: true });
    ada = await world.register();
    id = await ada.fill(SHOP);
  });
  afterEach(() => world.close());

  const until = async (isIt: () => Promise<boolean>, what: string) => {
    for (const deadline = Date.now() + 30_000; !(await isIt()); await delay(50))
      if (Date.now() > deadline) throw new Error(`never: ${what}`);
  };
  const requests = async () => (await ada.get<{ data: PrivacyRequest[] }>(`/api/tenants/${id}/privacy-requests`)).data;
  const actions = async () =>
    (await ada.get<{ data: AuditEntry[] }>(`/api/tenants/${id}/audit-log?action=privacy.`)).data.map(
      ({ action }) => action,
    );

  /** Whoever has ordered most often, as stored. */
  async function regular() {
    const [row] = await world.db.read<{ id: string | number; name: string; email: string; phone: string | null }>(
      `SELECT shopify_customer_id AS id, name, email, phone FROM customers
       WHERE tenant_id = ? AND email IS NOT NULL AND name IS NOT NULL ORDER BY orders_count DESC LIMIT 1`,
      [BigInt(id)],
    );
    return { ...row!, id: String(row!.id) };
  }

  const tables = async (): Promise<string[]> =>
    (
      await world.db.read<{ name: string }>(
        world.db.dialect === 'sqlite'
          ? "SELECT name FROM sqlite_master WHERE type = 'table'"
          : 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
      )
    ).map(({ name }) => name);

  /** The tables in any of whose columns one of these texts stands. */
  async function whereIs(texts: string[]): Promise<string[]> {
    const found: string[] = [];
    for (const table of await tables()) {
      const rows = await world.db.read(`SELECT * FROM ${table}`);
      const all = JSON.stringify(rows).toLowerCase();
      if (texts.some((text) => all.includes(JSON.stringify(text).slice(1, -1).toLowerCase()))) found.push(table);
    }
    return found;
  }

  test('F41: whose data was erased stays so, whatever comes later; totals stay to the penny', async () => {
    const { control } = world.sandbox;
    const person = await regular();
    const known = [person.name, person.email, ...(person.phone ? [person.phone] : [])];
    control.updateCustomer(SHOP, person.id, { tags: ['before'] });
    // of an order that is no more, only what was told of its refund is left, which does not say whose it was
    const gone = control.createOrder(SHOP, { customer: person.id, lineCount: 1 });
    control.refundOrder(SHOP, gone.id, { note: `The wrong size for ${person.name}` });
    await caughtUp(world, id, SHOP);
    control.deleteOrder(SHOP, gone.id);
    await caughtUp(world, id, SHOP);
    expect(await whereIs(known)).toEqual(expect.arrayContaining(['customers']));
    const before = await ada.overview(id);

    control.requestCompliance(SHOP, 'customers/redact', person.id);
    await until(async () => (await requests()).some(({ kind }) => kind === 'customer_redact'), 'redacted');
    await caughtUp(world, id, SHOP);
    expect(await whereIs(known)).toEqual([]);
    expect((await ada.overview(id)).totals).toEqual(before.totals);
    expect(await actions()).toEqual(['privacy.customer_redacted']);
    expect((await requests())[0]).toMatchObject({ status: 'done', customerId: person.id });
    // what is masked is held against its hash from now on, as all is
    for (const table of ['customers', 'orders'])
      expect(await world.db.read(`SELECT tags FROM ${table} WHERE content_hash = ''`)).toEqual([]);

    // Shopify may go on knowing them: a late webhook, a fetch, a full sync
    control.updateCustomer(SHOP, person.id, { tags: ['after'] });
    await caughtUp(world, id, SHOP);
    expect(await whereIs(known)).toEqual([]);
    await ada.syncAndWait(id);
    await ada.syncAndWait(id, 'full');
    expect(await whereIs(known)).toEqual([]);
    const [row] = await world.db.read<Record<string, unknown>>(
      'SELECT name, email, phone, content_hash FROM customers WHERE tenant_id = ? AND shopify_customer_id = ?',
      [BigInt(id), BigInt(person.id)],
    );
    expect(row).toMatchObject({ name: null, email: null, phone: null });
    expect(row!.content_hash).not.toBe('');
    expect((await ada.overview(id)).totals).toEqual(before.totals);
  });

  test('F41: redaction in the middle of a sync: what was fetched before it is masked too', async () => {
    const { control } = world.sandbox;
    const person = await regular();
    const known = [person.name, person.email, ...(person.phone ? [person.phone] : [])];
    control.updateCustomer(SHOP, person.id, { tags: ['changed'] });
    // the bulk results are there, with the person in them, before they are taken in
    control.setFault({ kind: 'slow', on: 'download', delayMs: 3_000, times: null });
    expect((await ada.call('POST', `/api/tenants/${id}/sync`, { kind: 'full' })).status).toBe(202);
    await until(async () => (await ada.runs(id))[0]!.status === 'running', 'running');
    control.requestCompliance(SHOP, 'customers/redact', person.id);
    await until(async () => (await requests()).length === 1, 'redacted');
    expect((await ada.runs(id))[0]!.status).toBe('running');
    wentWell(await ada.settled(id));
    await caughtUp(world, id, SHOP);
    expect(await whereIs(known)).toEqual([]);
  });

  test('F41: bodies that name only an address or a number are erased too, dead ones and later ones', async () => {
    const { control } = world.sandbox;
    const { id: customer, email } = await regular();
    const phone = '+44 7700 900123';
    await world.db.transaction((tx) =>
      tx.run('UPDATE customers SET phone = ? WHERE tenant_id = ? AND shopify_customer_id = ?', [
        phone,
        BigInt(id),
        BigInt(customer),
      ]),
    );
    const send = (topic: string, body: object) => control.sendWebhook(SHOP, { topic, body });
    const dead = async () =>
      (await world.db.read<{ body: string | null }>("SELECT body FROM webhook_events WHERE status = 'dead'")).map(
        ({ body }) => body,
      );
    const checkout = (number: number) => ({
      id: number,
      currency: 'EUR',
      total_price: '10.00',
      created_at: new Date().toISOString(),
    });
    const nobody = 'somebody.else@example.com';
    // without a currency it cannot be read
    send('checkouts/create', { id: 901, email });
    await until(async () => (await dead()).length === 1, 'dead');
    expect((await dead())[0]).toContain(email);

    control.requestCompliance(SHOP, 'customers/redact', customer);
    await until(async () => (await requests()).some(({ kind }) => kind === 'customer_redact'), 'redacted');
    expect(await dead()).toEqual([null]);

    send('checkouts/create', { ...checkout(902), email: email.toUpperCase() });
    send('checkouts/update', { ...checkout(903), phone: '+447700900123' });
    send('checkouts/create', { id: 904, email });
    send('orders/updated', { customer: { id: customer } });
    send('checkouts/create', { ...checkout(905), email: nobody });
    await caughtUp(world, id, SHOP);
    expect(await dead()).toEqual([null, null, null]);
    expect(await whereIs([email, phone, '+447700900123'])).toEqual([]);
    expect(await whereIs([nobody])).toEqual(['webhook_events']);

    // one that lacks what an order needs has its order fetched: nobody has read whose it is
    const order = control.createOrder(SHOP, { customer, lineCount: 1 });
    await caughtUp(world, id, SHOP);
    send('orders/updated', { id: order.id, customer: { id: customer } });
    await caughtUp(world, id, SHOP);
    const bodies = await world.db.read<{ body: string }>('SELECT body FROM webhook_events WHERE body IS NOT NULL');
    expect(bodies.filter(({ body }) => body.includes(order.id) || body.includes(customer))).toEqual([]);
  });

  test.each(['merged', 'kept', 'kept, and the merge is told later'] as const)(
    'F41: of two customers who were merged, whoever is named: the %s one',
    async (named) => {
      const { control } = world.sandbox;
      const rows = await world.db.read<{ id: string | number; name: string; email: string }>(
        `SELECT shopify_customer_id AS id, name, email FROM customers
       WHERE tenant_id = ? AND email IS NOT NULL AND name IS NOT NULL ORDER BY orders_count DESC LIMIT 2`,
        [BigInt(id)],
      );
      const [merged, kept] = rows.map((row) => ({ ...row, id: String(row.id) })) as [
        { id: string; name: string; email: string },
        { id: string; name: string; email: string },
      ];
      control.updateCustomer(SHOP, merged.id, { tags: ['before'] });
      control.updateCustomer(SHOP, kept.id, { tags: ['before'] });
      const order = control.createOrder(SHOP, { customer: merged.id, lineCount: 1 });
      control.refundOrder(SHOP, order.id, { note: `The wrong size for ${merged.name}` });
      await caughtUp(world, id, SHOP);
      const isLate = named === 'kept, and the merge is told later';
      if (isLate) control.setFault({ kind: 'webhook_drop', times: null });
      control.mergeCustomers(SHOP, merged.id, kept.id);
      control.clearFaults();
      await caughtUp(world, id, SHOP);
      // of an order of long ago only its refund is still told, which does not say whose it is
      await world.db.transaction((tx) => tx.run("UPDATE webhook_events SET body = NULL WHERE topic LIKE 'orders/%'"));
      const body = {
        shop_domain: SHOP,
        customer: { id: (named === 'merged' ? merged : kept).id },
        orders_to_redact: [],
      };
      control.sendWebhook(SHOP, { topic: 'customers/redact', body, uri: `${world.url}/api/shopify/webhooks` });
      await until(async () => (await requests()).some(({ kind }) => kind === 'customer_redact'), 'redacted');
      await caughtUp(world, id, SHOP);
      if (isLate) {
        expect(await whereIs([merged.name])).toEqual(
          expect.arrayContaining(['customers', 'refunds', 'webhook_events']),
        );
        control.resend(control.deliveries({ shop: SHOP, topic: 'customers/merge' })[0]!.id);
        await caughtUp(world, id, SHOP);
      }
      expect(await whereIs([merged.name, merged.email, kept.name, kept.email])).toEqual([]);
      control.updateCustomer(SHOP, kept.id, { tags: ['after'] });
      await caughtUp(world, id, SHOP);
      await ada.syncAndWait(id, 'full');
      expect(await whereIs([merged.name, merged.email, kept.name, kept.email])).toEqual([]);
    },
  );

  test('one that names nobody is given up and not taken for done', async () => {
    const body = { shop_id: 1, shop_domain: SHOP, customer: {} };
    world.sandbox.control.sendWebhook(SHOP, {
      topic: 'customers/redact',
      body,
      uri: `${world.url}/api/shopify/webhooks`,
    });
    const tried = () =>
      world.db.read<{ tries: number; kept: number }>(
        "SELECT tries, body IS NOT NULL AS kept FROM webhook_events WHERE tenant_id = ? AND topic = 'customers/redact'",
        [BigInt(id)],
      );
    await until(async () => Number((await tried())[0]?.tries) > 0, 'tried');
    expect(Number((await tried())[0]!.kept)).toBe(1);
    expect([await requests(), await actions()]).toEqual([[], []]);
  });

  test('A1: a request is carried out though another store’s had the same id', async () => {
    const bob = new Browser(() => world.url);
    await bob.register('bob@example.com');
    const other = await bob.fill('other.myshopify.com');
    const now = new Date();
    await world.db.transaction((tx) =>
      tx.run(
        `INSERT INTO privacy_requests (tenant_id, id, kind, webhook_id, customer_id, order_ids, status, requested_at, due_at)
         VALUES (?, 1, 'data_request', 'shared', 1, '[]', 'open', ?, ?)`,
        [BigInt(other), now, now],
      ),
    );
    const person = await regular();
    world.sandbox.control.sendWebhook(SHOP, {
      topic: 'customers/data_request',
      body: { shop_domain: SHOP, customer: { id: person.id }, orders_requested: [] },
      uri: `${world.url}/api/shopify/webhooks`,
      headers: { 'X-Shopify-Webhook-Id': 'shared' },
    });
    await until(async () => (await requests()).length === 1, 'the request');
  });

  test('a data request: a file with everything, for an admin alone', async () => {
    const { control } = world.sandbox;
    const person = await regular();
    control.requestCompliance(SHOP, 'customers/data_request', person.id);
    await until(async () => (await requests()).length === 1, 'the request');
    const [request] = await requests();
    expect(request).toMatchObject({ kind: 'data_request', status: 'open', customerId: person.id });
    expect(Date.parse(request!.dueAt) - Date.parse(request!.requestedAt)).toBe(30 * 86_400_000);

    const path = `/api/tenants/${id}/privacy-requests/${request!.id}/file`;
    const bob = new Browser(() => world.url);
    await bob.register('bob@example.com');
    expect((await bob.call('GET', path)).status).toBe(404);
    const file = await ada.get<{
      customer: { name: string; email: string };
      orders: { shopify_order_id: string; lines: unknown[]; sales: unknown[] }[];
    }>(path);
    expect(file.customer).toMatchObject({ name: person.name, email: person.email });
    const stored = await world.db.read<{ id: string | number }>(
      'SELECT shopify_order_id AS id FROM orders WHERE tenant_id = ? AND customer_id = ? ORDER BY shopify_order_id',
      [BigInt(id), BigInt(person.id)],
    );
    expect(file.orders.map((order) => order.shopify_order_id)).toEqual(stored.map((order) => String(order.id)));
    expect(file.orders.every(({ lines }) => lines.length > 0)).toBe(true);
    expect((await requests())[0]).toMatchObject({ status: 'done' });
    expect(await actions()).toEqual(['privacy.file_downloaded', 'privacy.data_requested']);
  });

  test('a file of somebody with more orders than a statement takes parameters', async () => {
    const stored = await world.db.read<{ id: string | number; lines: number }>(
      `SELECT o.shopify_order_id AS id, COUNT(*) AS \`lines\` FROM orders o
       JOIN order_lines l ON l.tenant_id = o.tenant_id AND l.shopify_order_id = o.shopify_order_id
       WHERE o.tenant_id = ? GROUP BY o.shopify_order_id ORDER BY o.shopify_order_id`,
      [BigInt(id)],
    );
    const others = Array.from({ length: 33_000 }, (_, i) => String(i + 1));
    const orderIds = [...others, ...stored.map((order) => String(order.id)).reverse()];
    const person = { customerIds: [], orderIds, contacts: [] };
    const file = await customerFile(world.db, id, null, person, async () => []);
    const told = file.orders as { shopify_order_id: string; lines: unknown[] }[];
    expect(told.map(({ shopify_order_id, lines }) => [shopify_order_id, lines.length])).toEqual(
      stored.map((order) => [String(order.id), Number(order.lines)]),
    );
  });

  test('F41: a data request names one who was merged, and a guest’s checkout tells the address alone: both are in the file until they are erased', async () => {
    const { control } = world.sandbox;
    const person = await regular();
    const [gone, email] = ['7000000000000001', 'Guest.Of.Long-Ago@example.com'];
    await world.db.transaction((tx) =>
      tx.insert(
        'tombstones',
        ['tenant_id', 'stream', 'shopify_id', 'deleted_at', 'merged_into'],
        [[BigInt(id), 'customers', BigInt(gone), new Date(), BigInt(person.id)]],
        null,
      ),
    );
    const { id: checkout } = control.createCheckout(SHOP, { email, customer: null }) as { id: string };
    const other = control.createCheckout(SHOP, { email: `not-${email}`, customer: null }) as { id: string };
    // the address stands on the order of another customer, too
    const another = control.createOrder(SHOP, { customer: 'new', lineCount: 1 });
    await caughtUp(world, id, SHOP);
    const { body: told } = control.delivery(control.deliveries({ shop: SHOP, topic: 'orders/create' })[0]!.id);
    const shared = told.replace(/"contact_email":(?:null|"[^"]*")/, `"contact_email":${JSON.stringify(email)}`);
    expect(shared).toContain(email);
    control.sendWebhook(SHOP, { topic: 'orders/updated', body: shared });
    await caughtUp(world, id, SHOP);
    control.sendWebhook(SHOP, {
      topic: 'customers/data_request',
      body: { shop_domain: SHOP, customer: { id: gone, email: email.toLowerCase() }, orders_requested: [] },
      uri: `${world.url}/api/shopify/webhooks`,
    });
    await until(async () => (await requests()).length === 1, 'the request');
    const path = `/api/tenants/${id}/privacy-requests/${(await requests())[0]!.id}/file`;
    const file = await ada.get<{
      customer: { email: string } | null;
      orders: { shopify_order_id: string }[];
      webhooks: { topic: string; body: string }[];
    }>(path);
    expect(file.customer).toMatchObject({ email: person.email });
    expect(file.orders.length).toBeGreaterThan(0);
    const checkouts = file.webhooks.filter(({ topic }) => topic.startsWith('checkouts/'));
    expect(checkouts.some(({ body }) => body.includes(checkout))).toBe(true);
    expect(checkouts.some(({ body }) => body.includes(other.id))).toBe(false);
    expect(file.orders.map((order) => order.shopify_order_id)).not.toContain(another.id);
    expect(file.webhooks.some(({ body }) => body.includes(another.id))).toBe(false);
    // what was noted to find them by goes with the person
    const noted = () =>
      world.db.read<{ contacts: string }>('SELECT contacts FROM privacy_requests WHERE kind = ?', ['data_request']);
    expect(await noted()).toEqual([{ contacts: JSON.stringify([email.toLowerCase()]) }]);
    control.sendWebhook(SHOP, {
      topic: 'customers/redact',
      body: { shop_domain: SHOP, customer: { id: person.id, email }, orders_to_redact: [] },
      uri: `${world.url}/api/shopify/webhooks`,
    });
    await until(async () => (await actions()).includes('privacy.customer_redacted'), 'erased');
    expect(await noted()).toEqual([{ contacts: '[]' }]);
    const redacted = await world.db.read<{ id: string | number }>(
      "SELECT shopify_id AS id FROM redactions WHERE tenant_id = ? AND stream = 'orders'",
      [BigInt(id)],
    );
    expect(redacted.map((order) => String(order.id)).sort()).toEqual(
      file.orders.map((order) => order.shopify_order_id).sort(),
    );
    expect(JSON.stringify(await ada.get(path))).not.toContain(person.email);
    // of before the erasure, and late
    control.sendWebhook(SHOP, {
      topic: 'customers/data_request',
      body: { shop_domain: SHOP, customer: { id: person.id, email: person.email }, orders_requested: [] },
      uri: `${world.url}/api/shopify/webhooks`,
    });
    await until(async () => (await noted()).length === 2, 'asked again');
    expect(await noted()).toEqual([{ contacts: '[]' }, { contacts: '[]' }]);
  });

  test('a shop’s data is erased after its uninstallation, and nothing of it is left', async () => {
    const { control } = world.sandbox;
    const address = addressOf(world, SHOP);
    control.uninstall(SHOP);
    await until(async () => (await ada.tenant(id)).status === 'uninstalled', 'uninstalled');
    control.requestCompliance(SHOP, 'shop/redact');
    await until(async () => (await actions()).includes('privacy.shop_redacted'), 'erased');
    await caughtUp(world, id, SHOP);
    const kept = ['audit_log', 'leases', 'memberships', 'webhook_events'];
    for (const table of await tables()) {
      const rows = await world.db.read<object>(`SELECT * FROM ${table} LIMIT 1`);
      if (rows.length === 0 || !('tenant_id' in rows[0]!) || kept.includes(table)) continue;
      const [left] = await world.db.read<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table} WHERE tenant_id = ?`, [
        BigInt(id),
      ]);
      expect([table, Number(left!.n)]).toEqual([table, 0]);
    }
    const bodies = await world.db.read('SELECT topic FROM webhook_events WHERE tenant_id = ? AND body IS NOT NULL', [
      BigInt(id),
    ]);
    expect(bodies).toEqual([]);
    expect((await ada.tenant(id)).statusReason).toMatch(/erased/);
    // one that comes late neither waits for ever nor is kept
    const body = JSON.stringify({ id: 5, email: 'late@example.com' });
    const secret = world.config.shopify.webhookSecrets[0]!;
    const { status } = await fetch(address, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-shopify-topic': 'orders/updated',
        'x-shopify-shop-domain': SHOP,
        'x-shopify-webhook-id': 'late',
        'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
      },
    });
    expect(status).toBe(200);
    const late = () => world.db.read("SELECT status, body FROM webhook_events WHERE webhook_id = 'late'");
    await expect.poll(late).toEqual([{ status: 'dead', body: null }]);
    // nor does what is asked of it late leave an address
    control.sendWebhook(SHOP, {
      topic: 'customers/data_request',
      body: { shop_domain: SHOP, customer: { id: 5, email: 'late@example.com' }, orders_requested: [] },
      uri: `${world.url}/api/shopify/webhooks`,
    });
    await until(async () => (await actions()).includes('privacy.data_requested'), 'asked');
    expect(await whereIs(['late@example.com'])).toEqual([]);
    // and it may come back
    await delay(1_100); // Shopify's clock has seconds
    const erased = (await world.db.models.Tenant.findByPk(id))!;
    expect(await ada.fill(SHOP)).toBe(id);
    // F29: a worker wakes that was frozen while it was erased, and that even while it is to be erased once more
    const step = stepsOf(world.db, erased);
    const asWas = (await world.db.models.Tenant.findByPk(id))!.status;
    for (const status of ['erasing', asWas] as const) {
      await expect(eraseStore(world.db, id, 'frozen', step)).rejects.toThrow(LeaseLost);
      await world.db.models.Tenant.update({ status }, { where: { id } });
    }
    await expectExact(world, ada, id, SHOP);
  });

  test('a shop/redact from before the reinstallation is ignored, and noted', async () => {
    const { control } = world.sandbox;
    control.uninstall(SHOP);
    await until(async () => (await ada.tenant(id)).status === 'uninstalled', 'uninstalled');
    control.setFault({ kind: 'webhook_delay', delayMs: 10_000, times: 1, probability: 1 });
    control.requestCompliance(SHOP, 'shop/redact');
    await delay(1_100); // Shopify's clock has seconds
    await ada.fill(SHOP);
    await until(async () => (await actions()).includes('privacy.shop_redact_ignored'), 'ignored');
    expect(await requests()).toMatchObject([{ kind: 'shop_redact', status: 'ignored' }]);
    await caughtUp(world, id, SHOP);
    await expectExact(world, ada, id, SHOP);
  });

  test('a shop/redact from before the reinstallation is ignored though the store was disconnected here since', async () => {
    const { control } = world.sandbox;
    control.uninstall(SHOP);
    await until(async () => (await ada.tenant(id)).status === 'uninstalled', 'uninstalled');
    const late = control.setFault({ kind: 'webhook_delay', delayMs: 4_000, times: 1, probability: 1 });
    control.requestCompliance(SHOP, 'shop/redact');
    expect(late.struck).toBe(1);
    await delay(1_100); // Shopify's clock has seconds
    expect(await ada.fill(SHOP)).toBe(id);
    const { orders } = (await ada.overview(id)).totals;
    expect((await ada.call('DELETE', `/api/tenants/${id}`)).status).toBe(204);
    await until(async () => (await actions()).includes('privacy.shop_redact_ignored'), 'ignored');
    expect((await ada.overview(id)).totals.orders).toBe(orders);
  });

  test('a shop/redact that follows the uninstallation by two days erases nothing if the app was installed again meanwhile', async () => {
    const { control } = world.sandbox;
    control.uninstall(SHOP);
    await until(async () => (await ada.tenant(id)).status === 'uninstalled', 'uninstalled');
    await ada.fill(SHOP);
    await delay(1_100); // Shopify's clock has seconds
    control.requestCompliance(SHOP, 'shop/redact');
    await until(async () => (await actions()).includes('privacy.shop_redact_ignored'), 'ignored');
    expect(await requests()).toMatchObject([
      { kind: 'shop_redact', status: 'ignored', note: 'The app is installed in the store.' },
    ]);
    await caughtUp(world, id, SHOP);
    await expectExact(world, ada, id, SHOP);
  });

  test.each(['open', 'frozen', 'locked'] as const)(
    'a shop/redact erases a store, now %s, whose uninstallation was never told',
    async (standing) => {
      const { control } = world.sandbox;
      const lost = control.setFault({ kind: 'webhook_drop', times: 1, probability: 1 });
      control.uninstall(SHOP);
      expect(lost.struck).toBe(1);
      control.setStanding(SHOP, standing);
      // stores that were connected by an early version
      if (standing === 'open') await world.db.models.Tenant.update({ installedAt: null }, { where: { id } });
      await delay(1_100); // Shopify's clock has seconds
      control.requestCompliance(SHOP, 'shop/redact');
      await until(async () => (await actions()).includes('privacy.shop_redacted'), 'erased');
      expect(await ada.tenant(id)).toMatchObject({ status: 'uninstalled' });
    },
  );

  test('a shop/redact erases nothing where Shopify takes the tokens, and denies what is asked', async () => {
    const { control } = world.sandbox;
    const denied = { kind: 'http_status', status: 403, match: 'currentAppInstallation', times: null } as const;
    const { id: fault } = control.setFault(denied);
    await delay(1_100); // Shopify's clock has seconds
    control.requestCompliance(SHOP, 'shop/redact');
    await until(async () => (await actions()).includes('privacy.shop_redact_ignored'), 'ignored');
    control.clearFaults(fault);
    expect((await ada.tenant(id)).status).not.toBe('uninstalled');
  });

  test('while Shopify does not say whether the app is installed, other webhooks come in', async () => {
    const { control } = world.sandbox;
    control.setFault({ kind: 'slow', match: 'currentAppInstallation', delayMs: 60_000, times: null });
    await delay(1_100); // Shopify's clock has seconds
    control.requestCompliance(SHOP, 'shop/redact');
    const waits = `SELECT COUNT(*) AS n FROM webhook_events WHERE topic = 'shop/redact' AND status = 'pending' AND tries > 0`;
    const { orders } = (await ada.overview(id)).totals;
    control.createOrder(SHOP, { test: false });
    await until(async () => (await ada.overview(id)).totals.orders === orders + 1, 'the order is in');
    await until(async () => Number((await world.db.read<{ n: number }>(waits))[0]!.n) === 1, 'it is asked again');
    control.clearFaults();
    await until(async () => (await actions()).includes('privacy.shop_redact_ignored'), 'ignored');
    await caughtUp(world, id, SHOP);
    await expectExact(world, ada, id, SHOP);
  });

  test('what a sync has downloaded of a store that is uninstalled meanwhile goes at once', async () => {
    const { control } = world.sandbox;
    const spool = join(world.config.dataDir, 'spool');
    const files = () => (existsSync(spool) ? readdirSync(spool) : []);
    control.setFault({ kind: 'slow', on: 'download', delayMs: 20_000, times: null, after: 1 });
    await ada.sync(id, 'full');
    await until(async () => files().length > 0, 'something is downloaded');
    control.uninstall(SHOP);
    await until(async () => (await ada.tenant(id)).status === 'uninstalled', 'uninstalled');
    await until(async () => files().length === 0, 'nothing is left');
  });

  test('whom a body names is looked for in time, however long a word in it is', async () => {
    const { control } = world.sandbox;
    const { id: customer, email } = await regular();
    control.sendWebhook(SHOP, {
      topic: 'customers/redact',
      uri: `${world.url}/api/shopify/webhooks`,
      body: { shop_id: 1, shop_domain: SHOP, customer: { id: Number(customer), email }, orders_to_redact: [] },
    });
    await caughtUp(world, id, SHOP);
    const made = control.createOrder(SHOP, { test: false });
    await caughtUp(world, id, SHOP);
    const { body } = control.delivery(control.deliveries({ shop: SHOP, topic: 'orders/create' }).at(-1)!.id);
    const long = 'QUJD'.repeat(100_000);
    const withWord = body.replace('"note_attributes":[]', `"note_attributes":[{"name":"design","value":"${long}"}]`);
    expect(withWord).toContain(long);
    const began = performance.now();
    control.sendWebhook(SHOP, { topic: 'orders/updated', uri: addressOf(world, SHOP), body: withWord as never });
    await caughtUp(world, id, SHOP);
    // it was more than a minute
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(made.id).toBeDefined();
  });

  test('a store whose data is being erased cannot be connected before that has ended', async () => {
    const { control } = world.sandbox;
    control.uninstall(SHOP);
    await until(async () => (await ada.tenant(id)).status === 'uninstalled', 'uninstalled');
    // as when the process dies in the midst of it
    await world.db.transaction((tx) => tx.run("UPDATE tenants SET status = 'erasing' WHERE id = ?", [BigInt(id)]));
    const asked = await world.tokenRequests(SHOP, async () => {
      const back = await ada.call('GET', await consent(await ada.begin(SHOP)));
      expect(back.headers.get('location')).toContain('code=being_erased');
    });
    expect(asked).toBe(0);
    expect((await ada.tenant(id)).status).toBe('erasing');
    await delay(1_100); // Shopify's clock has seconds
    control.requestCompliance(SHOP, 'shop/redact');
    await until(async () => (await ada.tenant(id)).status === 'uninstalled', 'erased');
    expect(await actions()).toContain('privacy.shop_redacted');

    await ada.fill(SHOP);
    control.createOrder(SHOP, { lineCount: 1 });
    await caughtUp(world, id, SHOP);
    await expectExact(world, ada, id, SHOP);
  });

  test('all tables of a store are erased with it', async () => {
    const kept = ['tenant_state', 'webhook_events', 'audit_log', 'leases', 'memberships'];
    const columns = await world.db.read<{ name: string }>(
      world.db.dialect === 'sqlite'
        ? "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'tenant_id' WHERE m.type = 'table'"
        : "SELECT table_name AS name FROM information_schema.columns WHERE column_name = 'tenant_id' AND table_schema = DATABASE()",
    );
    expect([...Object.keys(ERASED_TABLES), ...kept].sort()).toEqual(columns.map(({ name }) => name).sort());
  });
});
