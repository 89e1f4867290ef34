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
      // a visitor's refresh without a session answers 401, which the browser reports; the sandbox is not ours to judge
      const isOurs = message.location().url.startsWith(xeno.url) && !message.text().includes('401');
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
