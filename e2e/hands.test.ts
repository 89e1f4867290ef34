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
});
