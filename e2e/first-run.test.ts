import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { dataFolder, start, type Started } from './start.ts';

const executablePath = inject('chromiumPath');

/** What the sandbox says a store's days add up to, from its orders' own amounts. */
interface Expected {
  decimals: number;
  days: Record<string, { orders: number; total: number }>;
}

describe.skipIf(!executablePath)('npm start, in a browser', () => {
  let folder: Awaited<ReturnType<typeof dataFolder>>;
  let xeno: Started;
  let browser: Browser;
  const problems: string[] = [];

  beforeAll(async () => {
    folder = await dataFolder();
    xeno = await start(folder.path);
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    });
  });
  afterAll(async () => {
    await browser?.close();
    await xeno?.interrupt();
    await folder?.remove();
  });

  async function open(options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
    const page = await (await browser.newContext({ locale: 'en-GB', ...options })).newPage();
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      // the sandbox is not ours to judge
      const isOurs = message.location().url.startsWith(xeno.url);
      if (message.type() === 'error' && isOurs) problems.push(`${message.text()} ${message.location().url}`);
    });
    return page;
  }

  const expectedOf = async (shop: string): Promise<Expected> =>
    (await (await fetch(`${xeno.sandboxUrl}/_control/shops/${shop}.myshopify.com/expected`)).json()) as Expected;

  async function register(page: Page, name: string, email: string): Promise<void> {
    await page.goto(`${xeno.url}/register`);
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password', { exact: true }).fill('a long enough password');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.waitForURL((url) => url.pathname !== '/register');
  }

  async function connect(page: Page, shop: string): Promise<string> {
    await page.getByLabel('Store name or domain').fill(shop);
    await page.getByRole('button', { name: /^connect/i }).click();
    await page.getByRole('button', { name: 'Install app' }).click();
    await page.waitForURL(/\/stores\/\d+/);
    const id = /\/stores\/(\d+)/.exec(page.url())![1]!;
    await page
      .getByText(/^Connected$/)
      .first()
      .waitFor();
    return id;
  }

  const figure = (page: Page, name: string) => page.getByTestId(`stat-${name}`).getByTestId('stat-value').innerText();
  const digits = (text: string) => text.replace(/[^\d]/g, '');

  async function expectAllTime(page: Page, tenantId: string, shop: string): Promise<void> {
    const expected = await expectedOf(shop);
    const days = Object.values(expected.days);
    const orders = days.reduce((sum, day) => sum + day.orders, 0);
    const total = days.reduce((sum, day) => sum + day.total, 0);
    await page.goto(`${xeno.url}/?store=${tenantId}&period=all`);
    await expect.poll(async () => digits(await figure(page, 'orders')), { timeout: 20_000 }).toBe(String(orders));
    expect(digits(await figure(page, 'revenue'))).toBe(String(total).padStart(expected.decimals + 1, '0'));
  }

  test('register, connect a store, watch it fill, see its figures to the penny', async () => {
    const page = await open({ viewport: { width: 1280, height: 900 } });
    await page.goto(xeno.url);
    await page.getByRole('link', { name: 'Create an account' }).waitFor();
    await register(page, 'Ada Lovelace', 'ada@example.com');

    await page.goto(`${xeno.url}/stores`);
    const first = await connect(page, 'north-wind');
    await expect.poll(async () => page.getByText(/succeeded/i).count(), { timeout: 60_000 }).toBeGreaterThan(0);
    await expectAllTime(page, first, 'north-wind');
    expect(await page.getByTestId('top-customers').getByRole('row').count()).toBeGreaterThan(3);
    await page.getByTestId('chart-revenue').locator('svg').first().waitFor();

    // a second store: its figures are its own
    await page.goto(`${xeno.url}/stores`);
    const second = await connect(page, 'south-star');
    await page.goto(`${xeno.url}/stores/${second}`);
    await expect.poll(async () => page.getByText(/succeeded/i).count(), { timeout: 60_000 }).toBeGreaterThan(0);
    await expectAllTime(page, second, 'south-star');
    await expectAllTime(page, first, 'north-wind');

    // what one sees can be shared, and a reload keeps the session
    await page.reload();
    await expect.poll(() => figure(page, 'orders')).not.toBe('');
    expect(new URL(page.url()).searchParams.get('store')).toBe(first);
    await page.context().close();
  });

  test('what happens in the shop is on the screen without a reload, and Operations says how it came', async () => {
    const page = await open({ viewport: { width: 1280, height: 900 } });
    await register(page, 'Mary Somerville', 'mary@example.com');
    await page.goto(`${xeno.url}/stores`);
    const id = await connect(page, 'live-lane');
    await expect.poll(async () => page.getByText(/succeeded/i).count(), { timeout: 60_000 }).toBeGreaterThan(0);
    await page.goto(`${xeno.url}/?store=${id}&period=all`);
    await page.getByTestId('live-state').getByText('Live').waitFor({ timeout: 20_000 });
    await page.evaluate('window.notReloaded = true');
    const before = Number(digits(await figure(page, 'orders')));

    const created = await fetch(`${xeno.sandboxUrl}/_control/shops/live-lane.myshopify.com/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"test": false}',
    });
    expect(created.status).toBeLessThan(300);
    await expect.poll(async () => Number(digits(await figure(page, 'orders')))).toBe(before + 1);
    const expected = await expectedOf('live-lane');
    const total = Object.values(expected.days).reduce((sum, day) => sum + day.total, 0);
    expect(digits(await figure(page, 'revenue'))).toBe(String(total).padStart(expected.decimals + 1, '0'));

    // by the link, so that the page stays the one that was loaded
    await page.getByRole('link', { name: 'Operations' }).click();
    await page.getByTestId('behind').getByText('0 s').waitFor();
    await page.getByLabel('Topic').selectOption('orders/create');
    await page.waitForURL(/topic=orders%2Fcreate/);
    const row = page.getByTestId('webhooks').getByRole('listitem').first();
    await row.getByText('Applied', { exact: true }).waitFor();
    await row.getByRole('button', { name: 'orders/create' }).click();
    await page.getByRole('dialog').getByText('admin_graphql_api_id').first().waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Replay' }).click();
    await page.getByText('1 webhook is processed again.').waitFor();
    await row.getByText('Applied', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Compare now' }).click();
    await page.getByText(/^All equal$/).waitFor({ timeout: 30_000 });
    expect(await page.evaluate('window.notReloaded')).toBe(true);
    await page.context().close();

    const phone = await open({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
    await phone.goto(`${xeno.url}/login?redirect=${encodeURIComponent(`/operations?store=${id}`)}`);
    await phone.getByLabel('E-mail').fill('mary@example.com');
    await phone.getByRole('textbox', { name: 'Password' }).fill('a long enough password');
    await phone.getByRole('button', { name: 'Log in' }).click();
    await phone.getByTestId('webhooks').waitFor();
    const overflow = await phone.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
    const { violations } = await new AxeBuilder({ page: phone }).withTags(['wcag2a', 'wcag2aa']).analyze();
    expect(violations.map(({ id: rule, nodes }) => `${rule}: ${nodes[0]?.html}`)).toEqual([]);
    await phone.context().close();
  });

  test('explore the demo store: from the log-in page to a chart, on a phone, in the dark', async () => {
    const page = await open({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
    await page.goto(`${xeno.url}/login`);
    await page.getByTestId('explore-demo').click();
    await page.getByRole('button', { name: 'Install app' }).click();
    await page.waitForURL(/\/stores\/\d+/);
    const id = /\/stores\/(\d+)/.exec(page.url())![1]!;
    await page.goto(`${xeno.url}/?store=${id}`);
    await page.getByTestId('chart-revenue').locator('svg').first().waitFor({ timeout: 60_000 });
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
    const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa']).analyze();
    expect(violations.map(({ id: rule, nodes }) => `${rule}: ${nodes[0]?.html}`)).toEqual([]);
    await page.getByRole('button', { name: 'Account: Demo explorer' }).click();
    await page.getByRole('menuitem', { name: 'Log out' }).click();
    await page.getByText('Nobody knows its password').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Log out' }).click();
    await page.waitForURL((url) => url.pathname === '/login');
    await page.context().close();
  });

  test('killed in the middle of a back-fill, it goes on at the next start without a click', async () => {
    const page = await open();
    await register(page, 'Grace Hopper', 'grace@example.com');
    await page.goto(`${xeno.url}/stores`);
    const id = await connect(page, 'power-cut');
    await page.context().close();
    await xeno.kill();

    xeno = await start(folder.path);
    const again = await open();
    await again.goto(`${xeno.url}/login`);
    await again.getByLabel('E-mail').fill('grace@example.com');
    await again.getByRole('textbox', { name: 'Password' }).fill('a long enough password');
    await again.getByRole('button', { name: 'Log in' }).click();
    await again.waitForURL((url) => url.pathname !== '/login');
    await again.goto(`${xeno.url}/stores/${id}`);
    await expect.poll(async () => again.getByText(/succeeded/i).count(), { timeout: 60_000 }).toBeGreaterThan(0);
    await expectAllTime(again, id, 'power-cut');
    await again.context().close();
  });

  test('nothing went wrong in the pages, and Ctrl-C ends everything cleanly', async () => {
    expect(problems).toEqual([]);
    expect(await xeno.interrupt()).toBe(0);
    await expect(fetch(`${xeno.url}/healthz`)).rejects.toThrow();
    await expect(fetch(xeno.sandboxUrl)).rejects.toThrow();
  });
});
