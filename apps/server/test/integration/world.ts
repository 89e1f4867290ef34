import {
  type OrdersByDate,
  type Overview,
  type Revenue,
  type SyncKind,
  type SyncRun,
  type Tenant,
  toMinor,
  type TopCustomers,
} from '@xeno/contracts';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../sandbox/src/index.ts';
import { type App, startApp } from '../../src/app.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { accessOf, type Database, openDatabase } from '../../src/db/database.ts';
import { findDrift } from '../../src/ingest/rollups.ts';
import { type Clock, systemClock } from '../../src/shopify/clock.ts';
import { databases, type Engine } from '../harness/databases.ts';

/** A battery for each database; where one is not installed, the report says so. */
export function onEachDatabase(subject: string, battery: (engine: Engine) => void): void {
  for (const engine of databases) {
    const title = `${subject} on ${engine.name}`;
    if (engine.available) describe(title, { timeout: 120_000 }, () => battery(engine));
    else test.skip(`${title}: ${engine.reason}`);
  }
}

/** Xeno and a local Shopify on one engine, and the database beside them. */
export interface World {
  sandbox: Sandbox;
  config: Config;
  db: Database;
  url: string;
  /** Every body that any browser was given. */
  said: string[];
  register(): Promise<Browser>;
  /** Runs something, and gives how often the shop was asked for tokens meanwhile: such requests are refused. */
  tokenRequests(shop: string, act: () => Promise<unknown>): Promise<number>;
  /** Ends Xeno and starts it again on the same data. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Waits for Shopify a fiftieth as long as it says, so that no test waits for a back-off. */
const HURRIED: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 5_000) / 50, signal),
};

export async function startWorld(
  engine: Pick<Engine, 'open'>,
  { env = {}, sandbox: options = {} }: { env?: Record<string, string>; sandbox?: SandboxOptions } = {},
): Promise<World> {
  const { databaseUrl, dataDir, drop } = await engine.open();
  const sandbox = await startSandbox({ bulkDelay: 40, restoreRate: 100_000, maximumAvailable: 100_000, ...options });
  // app and sandbox share a process, which a busy machine stops for a second now and then
  sandbox.control.settings({ webhooks: { connectWithin: 20_000, answerWithin: 20_000 } });
  const config = readConfig({
    DATA_DIR: dataDir,
    DATABASE_URL: databaseUrl ?? '',
    SHOPIFY_SANDBOX_URL: sandbox.url,
    PORT: '0',
    LOG_LEVEL: 'silent',
    // the sandbox is never behind unless it is told to be
    MARK_BELIEVED_SECONDS: '1',
    ...env,
  });
  let app: App = await startApp(config, { clock: HURRIED });
  const db = openDatabase(accessOf(config), { readers: 0 });
  const said: string[] = [];
  let people = 0;
  return {
    sandbox,
    config,
    db,
    said,
    get url() {
      return app.url;
    },
    async register() {
      const browser = new Browser(() => app.url, said);
      await browser.register(`person${++people}@example.com`);
      return browser;
    },
    async restart() {
      await app.close();
      app = await startApp(config, { clock: HURRIED });
    },
    async tokenRequests(shop, act) {
      const fault = sandbox.control.setFault({ kind: 'http_status', on: 'token', shop, status: 503, times: null });
      await act();
      sandbox.control.clearFaults(fault.id);
      return fault.struck;
    },
    async close() {
      await app.close();
      await db.close();
      await sandbox.close();
      await drop();
    },
  };
}

export interface Answer<T = unknown> {
  status: number;
  body: T;
  text: string;
  headers: Headers;
}

/** A person with a browser: cookies are kept, redirects are shown and not followed. */
export class Browser {
  readonly cookies = new Map<string, string>();
  token = '';
  email = '';
  readonly #url: () => string;
  readonly #said: string[];

  constructor(url: () => string, said: string[] = []) {
    this.#url = url;
    this.#said = said;
  }

  async call<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const response = await fetch(new URL(path, this.#url()), {
      method,
      redirect: 'manual',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.token && { authorization: `Bearer ${this.token}` }),
        cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!;
      this.cookies.set(name!, value!);
    }
    const text = await response.text();
    this.#said.push(text, ...[...response.headers].map(([, value]) => value));
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      body: (isJson && text ? JSON.parse(text) : text) as T,
      text,
      headers: response.headers,
    };
  }

  async get<T>(path: string): Promise<T> {
    const answer = await this.call<T>('GET', path);
    if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  }

  async register(email: string): Promise<void> {
    const account = { name: 'Ada', email, password: 'correct horse battery' };
    const answer = await this.call<{ accessToken: string }>('POST', '/api/auth/register', account);
    expect(answer.status, answer.text).toBe(201);
    this.token = answer.body.accessToken;
    this.email = email;
  }

  /** Logs in again, as who has registered before. */
  async login(): Promise<void> {
    const account = { email: this.email, password: 'correct horse battery' };
    const answer = await this.call<{ accessToken: string }>('POST', '/api/auth/login', account);
    expect(answer.status, answer.text).toBe(200);
    this.token = answer.body.accessToken;
  }

  /** Begins a connection; gives Shopify's page. */
  async begin(shop: string): Promise<string> {
    const answer = await this.call<{ authorizeUrl: string }>('POST', '/api/shopify/auth', { shop });
    expect(answer.status, answer.text).toBe(200);
    return answer.body.authorizeUrl;
  }

  /** The whole way to a connected store, whose back-fill is queued then; gives its id. */
  async connect(shop: string): Promise<string> {
    const answer = await this.call('GET', await consent(await this.begin(shop)));
    const location = answer.headers.get('location') ?? answer.text;
    const [, id] = /^\/stores\/(\d+)$/.exec(location) ?? [];
    if (!id) throw new Error(`not connected: ${answer.status} ${location}`);
    return id;
  }

  tenant(id: string): Promise<Tenant> {
    return this.get(`/api/tenants/${id}`);
  }

  async runs(id: string): Promise<SyncRun[]> {
    return (await this.get<{ data: SyncRun[] }>(`/api/tenants/${id}/sync-runs`)).data;
  }

  /** Asks for a sync; gives the run that is queued or running then. */
  async sync(id: string, kind?: SyncKind): Promise<SyncRun> {
    const answer = await this.call<{ run: SyncRun }>('POST', `/api/tenants/${id}/sync`, kind && { kind });
    expect(answer.status, answer.text).toBe(202);
    return answer.body.run;
  }

  /** Waits until nothing runs for a store; gives its last run. */
  async settled(id: string, seconds = 60): Promise<SyncRun> {
    for (const deadline = Date.now() + seconds * 1000; ; await delay(25)) {
      const [run] = await this.runs(id);
      if (run && run.status !== 'queued' && run.status !== 'running') return run;
      if (Date.now() > deadline) throw new Error(`still running: ${JSON.stringify(run)}`);
    }
  }

  async syncAndWait(id: string, kind?: SyncKind): Promise<SyncRun> {
    await this.sync(id, kind);
    return this.settled(id);
  }

  /** As `syncAndWait`, for runs that end well. */
  async synced(id: string, kind?: SyncKind): Promise<SyncRun> {
    return wentWell(await this.syncAndWait(id, kind));
  }

  /** Connects a store and waits until it is filled. */
  async fill(shop: string): Promise<string> {
    const id = await this.connect(shop);
    wentWell(await this.settled(id));
    return id;
  }

  revenue(id: string, query = '') {
    return this.get<Revenue>(`/api/analytics/revenue?tenant_id=${id}${query}`);
  }
  overview(id: string, query = '') {
    return this.get<Overview>(`/api/analytics/overview?tenant_id=${id}${query}`);
  }
  ordersByDate(id: string, query = '') {
    return this.get<OrdersByDate>(`/api/analytics/orders-by-date?tenant_id=${id}${query}`);
  }
  topCustomers(id: string, query = '') {
    return this.get<TopCustomers>(`/api/analytics/top-customers?tenant_id=${id}${query}`);
  }
}

export function wentWell(run: SyncRun): SyncRun {
  expect({ status: run.status, error: run.error }).toEqual({ status: 'succeeded', error: null });
  return run;
}

/**
 * Waits until everything that is in doubt is fetched: where a webhook and a fetch tell different things of one second,
 * what came first is kept and marked. What is fetched only later, so that several webhooks share it, is not waited for.
 */
async function marksAnswered({ db }: Pick<World, 'db'>, tenantId: string, seconds = 30): Promise<void> {
  const doubted = 'SELECT 1 FROM fetch_marks WHERE tenant_id = ? AND (due_at <= marked_at OR tries > 0)';
  for (const deadline = Date.now() + seconds * 1000; ; await delay(25)) {
    const marks = await db.read(doubted, [BigInt(tenantId)]);
    if (marks.length === 0) return;
    if (Date.now() > deadline) throw new Error(`${marks.length} records are still marked`);
  }
}

/** Agrees to the installation on Shopify's page, and gives where Shopify sends the browser. */
export async function consent(authorizeUrl: string, decision: 'install' | 'cancel' = 'install'): Promise<string> {
  const page = await (await fetch(authorizeUrl)).text();
  const request = /name="request" value="(\w+)"/.exec(page)?.[1];
  if (!request) throw new Error(`no consent page: ${page.replaceAll(/<[^>]*>/g, ' ')}`);
  const answer = await fetch(authorizeUrl, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ request, decision }),
  });
  return answer.headers.get('location')!;
}

/**
 * Compares, once nothing is in doubt, all that the API says of a store with what the shop works out by itself from
 * prices and refunds, in minor units, and every rollup with its rows. `visible`: of the last sixty days only, as without read_all_orders.
 * `others`: currencies that orders are in besides the store's own.
 */
export async function expectExact(
  world: Pick<World, 'sandbox' | 'db'>,
  browser: Browser,
  id: string,
  shop: string,
  { visible = false, others = [] as readonly string[] } = {},
): Promise<void> {
  await marksAnswered(world, id);
  const expected = await world.sandbox.control.expected(shop, { visible });
  const { currency, timezone, days, totals } = expected;
  const minor = (money: { amount: string; currencyCode: string }, of = currency) => {
    expect(money.currencyCode).toBe(of);
    return toMinor(money.amount, of);
  };
  /** A row of the API as the shop tells its figures; what the API calls revenue is the shop's total. */
  const figures = (row: Revenue['data'][0] | Overview['totals'], of = currency) => {
    const { orders, units, revenue: total, ...others } = { ...row, date: undefined, customers: undefined };
    const amounts = { total, ...others, averageOrderValue: undefined };
    const told = Object.entries(amounts).filter(([, value]) => value !== undefined);
    return { orders, units, ...Object.fromEntries(told.map(([name, value]) => [name, minor(value!, of)])) };
  };

  const revenue = await browser.revenue(id);
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: timezone }).format();
  const firstDay = Object.keys(days)[0];
  expect(revenue).toMatchObject({ tenantId: id, timezone, currencyCode: currency, from: firstDay, to: today });
  const zero = Object.fromEntries(Object.keys(totals).map((name) => [name, 0]));
  const told = Object.fromEntries(revenue.data.map((row) => [row.date, figures(row)]));
  expect(revenue.data[0]?.date).toBe(firstDay);
  expect(revenue.data.at(-1)?.date).toBe(today);
  expect(told).toEqual(
    Object.fromEntries(Object.keys({ ...days, ...told }).map((date) => [date, { ...zero, ...days[date] }])),
  );
  expectEveryDay(revenue.data.map(({ date }) => date));

  const byDate = await browser.ordersByDate(id);
  expect(byDate.data).toEqual(revenue.data.map(({ date, orders }) => ({ date, orders })));

  const overview = await browser.overview(id);
  const { customers, averageOrderValue } = overview.totals;
  expect(figures(overview.totals)).toEqual(totals);
  expect(
    overview.otherCurrencies.map(({ currencyCode, totals: ofIt }) => [currencyCode, figures(ofIt, currencyCode)]),
  ).toEqual(
    await Promise.all(
      others.map(async (other) => [
        other,
        (await world.sandbox.control.expected(shop, { visible, currency: other })).totals,
      ]),
    ),
  );
  expect(customers).toBe(expected.fetchable.customers);
  expect(minor(averageOrderValue)).toBe(average(totals.gross + totals.discounts, totals.orders));

  const top = (await browser.topCustomers(id, '&limit=100')).data;
  expect(top.map(({ totalSpent }) => minor(totalSpent))).toEqual(
    expected.topCustomers.map(({ totalSpent }) => totalSpent),
  );
  // among equals the order is free, and who of them is the hundredth
  const least = expected.topCustomers.at(-1)?.totalSpent;
  const above = (list: { customerId: string; orders: number; totalSpent: number }[]) =>
    list.filter(({ totalSpent }) => totalSpent !== least).sort((a, b) => (a.customerId < b.customerId ? -1 : 1));
  expect(
    above(top.map(({ customerId, orders, totalSpent }) => ({ customerId, orders, totalSpent: minor(totalSpent) }))),
  ).toEqual(above(expected.topCustomers));

  expect(await findDrift(world.db, id)).toEqual([]);
}

/** Rounded half up; the shop's figures are never negative here. */
const average = (value: number, count: number) => (count === 0 ? 0 : Math.floor(value / count + 0.5));

function expectEveryDay(dates: string[]): void {
  for (let i = 1; i < dates.length; i++) {
    const next = new Date(Date.parse(`${dates[i - 1]}T00:00:00Z`) + 86_400_000);
    expect(dates[i]).toBe(next.toISOString().slice(0, 10));
  }
}
