import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { dataFolder, start, type Started } from './start.ts';

const executablePath = inject('chromiumPath');

describe.skipIf(!executablePath)('the keyboard and hasty clicks, in a browser', () => {
  let folder: Awaited<ReturnType<typeof dataFolder>>;
  let xeno: Started;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    folder = await dataFolder();
    xeno = await start(folder.path);
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox', '--disable-gpu'] });
    page = await (await browser.newContext({ locale: 'en-GB' })).newPage();
  });
  afterAll(async () => {
    await browser?.close();
    await xeno?.interrupt();
    await folder?.remove();
  });

  /** What has the focus: its name, or its kind where it has none. */
  const focused = () =>
    page.evaluate<string>(
      '(({ ariaLabel, localName, textContent }) => ariaLabel ?? (localName === "button" ? textContent : localName))(document.activeElement)',
    );

  test('clicked twice, the demo store is connected once', async () => {
    const registered: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/api/auth/register')) registered.push(request.url());
    });
    await page.goto(`${xeno.url}/login`);
    await page.getByTestId('explore-demo').dblclick();
    await page.getByRole('button', { name: 'Install app' }).click();
    await page.waitForURL(/\/stores\/\d+/);
    expect(registered).toHaveLength(1);
  });

  test('what a dialog was opened from has the focus when it is closed, and a button while it is at work', async () => {
    await page
      .getByText(/succeeded/i)
      .first()
      .waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Disconnect' }).press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).press('Enter');
    await expect.poll(focused).toBe('Disconnect');

    await page.getByRole('link', { name: 'Audit log' }).click();
    await page.getByRole('button', { name: 'Export as CSV' }).press('Enter');
    for (let i = 0; i < 10; i++) expect(await focused()).toBe('Export as CSV');
    await page.getByLabel('From').focus();
    // day and month alike, whichever the browser wants first
    for (const key of '11112026') await page.keyboard.press(key, { delay: 100 });
    await page.waitForURL(/from=2026-11-11/);

    await page.getByRole('link', { name: 'Operations' }).click();
    await page.getByRole('button', { name: 'Replay a period' }).press('Enter');
    await page.getByRole('dialog').getByLabel('From').press('Escape');
    await expect.poll(focused).toBe('Replay a period');
    // not to be pressed, but there
    await page.getByRole('button', { name: 'Replay what was given up', disabled: true }).press('Enter');
    expect(await focused()).toBe('Replay what was given up');
  });

  test('where what has the focus vanishes, the part of the page around it has it', async () => {
    await page.getByRole('link', { name: 'Team' }).click();
    for (const email of ['bob@example.com', 'eve@example.com']) {
      await page.getByLabel('E-mail').fill(email);
      await page.getByRole('button', { name: 'Invite', exact: true }).click();
      await page.getByLabel(`Link for ${email}`).waitFor();
    }
    await page.getByRole('button', { name: 'Withdraw the invitation of bob@example.com' }).press('Enter');
    await expect.poll(focused).toBe('ul');
    await page.getByRole('button', { name: 'Withdraw the invitation of eve@example.com' }).press('Enter');
    await expect.poll(focused).toBe('main');

    const demand = page.getByRole('switch', { name: 'Members must have a second factor' });
    await demand.press('Space');
    await page.getByText('Not changed').waitFor();
    expect(await focused()).toBe('input');
  });

  test('a token can be taken along until it is revoked, whatever is tried in between', async () => {
    await page.goto(`${xeno.url}/profile`);
    const make = async (name: string) => {
      await page.getByLabel('Name of the token').fill(name);
      await page.getByRole('group', { name: 'Stores' }).getByRole('checkbox').check();
      await page.getByRole('button', { name: 'Make a token' }).click();
    };
    await make('A report');
    await page.getByLabel('API token “A report”').waitFor();
    await make('x'.repeat(101));
    await page.getByText('Name must have at most 100 characters.').waitFor();
    expect(await page.getByLabel('API token “A report”').inputValue()).toMatch(/^xeno_/);
    await page.getByRole('button', { name: 'Revoke A report' }).press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).press('Enter');
    await expect.poll(() => page.getByLabel('API token “A report”').count()).toBe(0);
    await expect.poll(focused).not.toBe('body');
  });

  test('one long word of a store’s name makes no page scroll sideways', async () => {
    await page.goto(`${xeno.url}/stores`);
    const shop = /demo-\w+\.myshopify\.com/.exec(await page.getByRole('article').innerText())![0];
    const name = 'Donaudampfschifffahrtsgesellschaft'.repeat(4);
    await fetch(`${xeno.sandboxUrl}/_control/shops/${shop}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
    });
    await page.setViewportSize({ width: 390, height: 844 });
    for (const path of ['/team', '/profile', '/stores']) {
      await page.goto(xeno.url + path);
      await page.locator('main').getByText(name).first().waitFor({ timeout: 20_000 });
      expect(await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')).toBe(0);
    }
    await page.setViewportSize({ width: 1280, height: 720 });
  });

  test('what another tab changes of the account is seen on coming back', async () => {
    await page.goto(`${xeno.url}/profile`);
    await page.getByRole('button', { name: 'Account: Demo explorer' }).waitFor();
    const other = await page.context().newPage();
    await other.goto(`${xeno.url}/profile`);
    await other.getByLabel('Name', { exact: true }).fill('Ada');
    await other.getByRole('button', { name: 'Save' }).click();
    await other.getByRole('button', { name: 'Account: Ada' }).waitFor();
    await other.close();
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))");
    await page.getByRole('button', { name: 'Account: Ada' }).waitFor();
  });

  test('why a form was refused is told until it is sent again', async () => {
    await page.goto(`${xeno.url}/profile`);
    const email = await page.getByText('You log in with').locator('strong').innerText();
    const visitor = await (await browser.newContext({ locale: 'en-GB' })).newPage();
    await visitor.goto(`${xeno.url}/register`);
    await visitor.getByLabel('Name').fill('Eve');
    await visitor.getByLabel('E-mail').fill(email);
    await visitor.getByLabel('Password', { exact: true }).fill('a long enough password');
    await visitor.getByRole('button', { name: 'Create account' }).click();
    await visitor.getByRole('alert').getByText('Account not created').waitFor();
    await visitor.getByLabel('E-mail').fill('nonsense');
    await visitor.getByRole('button', { name: 'Create account' }).click();
    await visitor.getByText('Enter an e-mail address').waitFor();
    expect(await visitor.getByText('Account not created').count()).toBe(0);
    await visitor.context().close();
  });
});
