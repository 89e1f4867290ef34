import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { dataFolder, start, type Started } from './start.ts';

const executablePath = inject('chromiumPath');
const HOSTILE = '<img src=x onerror="window.attacked=1"><script>window.attacked=2</script>';

describe.skipIf(!executablePath)('the content security policy, in a browser', () => {
  let folder: Awaited<ReturnType<typeof dataFolder>>;
  let xeno: Started;
  let browser: Browser;
  let page: Page;
  const refused: string[] = [];

  beforeAll(async () => {
    folder = await dataFolder();
    xeno = await start(folder.path);
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox', '--disable-gpu'] });
    page = await (await browser.newContext({ locale: 'en-GB' })).newPage();
    page.on('console', (message) => {
      if (/content security policy/i.test(message.text())) refused.push(message.text());
    });
  });
  afterAll(async () => {
    await browser?.close();
    await xeno?.interrupt();
    await folder?.remove();
  });

  /** Gives the shop's best customer a name of markup. */
  const rename = async () => {
    const shop = `${xeno.sandboxUrl}/_control/shops/hostile.myshopify.com`;
    const { topCustomers } = (await (await fetch(`${shop}/expected`)).json()) as {
      topCustomers: { customerId: string }[];
    };
    const answer = await fetch(`${shop}/customers/${topCustomers[0]!.customerId}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ firstName: HOSTILE, lastName: HOSTILE }),
    });
    expect(answer.status, await answer.text()).toBe(200);
  };

  test('A22: markup in names and titles is text on every page, and nothing of ours is refused', async () => {
    await page.goto(`${xeno.url}/register`);
    await page.getByLabel('Name').fill(HOSTILE);
    await page.getByLabel('E-mail').fill('ada@example.com');
    await page.getByLabel('Password', { exact: true }).fill('a long enough password');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.waitForURL((url) => url.pathname !== '/register');
    await page.goto(`${xeno.url}/stores`);
    await page.getByLabel('Store name or domain').fill('hostile');
    await page.getByRole('button', { name: /^connect/i }).click();
    await page.getByRole('button', { name: 'Install app' }).click();
    await page.waitForURL(/\/stores\/\d+/);
    const id = /\/stores\/(\d+)/.exec(page.url())![1]!;
    await expect.poll(async () => page.getByText(/succeeded/i).count(), { timeout: 60_000 }).toBeGreaterThan(0);

    await rename();
    for (const path of [`/?store=${id}&period=all`, `/stores/${id}`, `/operations?store=${id}`, '/stores']) {
      await page.goto(xeno.url + path);
      await page.locator('h1, h2').first().waitFor();
    }
    await page.goto(`${xeno.url}/?store=${id}&period=all`);
    await page.getByTestId('top-customers').getByText(HOSTILE).first().waitFor({ timeout: 30_000 });
    await page.getByTestId('chart-revenue').locator('svg').first().waitFor();
    // the library's own style elements stand, by the page's nonce
    expect(await page.evaluate<number>("document.querySelectorAll('style').length")).toBeGreaterThan(0);
    expect(
      await page.evaluate<string>("getComputedStyle(document.body).getPropertyValue('--mantine-spacing-md')"),
    ).not.toBe('');
    expect(await page.evaluate('window.attacked ?? null')).toBeNull();
    expect(refused).toEqual([]);
  });

  test('A28: the documentation of the API works under it', async () => {
    await page.goto(`${xeno.url}/api/docs`);
    await page.getByText('/api/auth/login').first().waitFor();
    expect(refused).toEqual([]);
  });

  test('A22: what would get into a page after all is not run', async () => {
    await page.goto(`${xeno.url}/login`);
    await page.evaluate(`
      for (const markup of ['<img src=x onerror="window.attacked=1">', '<style>body{--attacked:1}</style>']) {
        document.body.insertAdjacentHTML('beforeend', markup);
      }
      const script = document.createElement('script');
      script.textContent = 'window.attacked = 2';
      document.body.append(script);
      const foreign = document.createElement('script');
      foreign.src = 'https://evil.example/x.js';
      document.body.append(foreign);
    `);
    await expect.poll(() => refused.length).toBeGreaterThanOrEqual(4);
    expect(await page.evaluate('window.attacked ?? null')).toBeNull();
    expect(await page.evaluate("getComputedStyle(document.body).getPropertyValue('--attacked')")).toBe('');
  });
});
