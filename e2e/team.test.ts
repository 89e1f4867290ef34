import { Secret, TOTP } from 'otpauth';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { dataFolder, start, type Started } from './start.ts';

const executablePath = inject('chromiumPath');
const PASSWORD = 'a long enough password';

describe.skipIf(!executablePath)('a team, in a browser', () => {
  let folder: Awaited<ReturnType<typeof dataFolder>>;
  let xeno: Started;
  let browser: Browser;
  let ada: Page;
  let store: string;
  const problems: string[] = [];

  beforeAll(async () => {
    folder = await dataFolder();
    xeno = await start(folder.path);
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox', '--disable-gpu'] });
    ada = await open();
    await register(ada, 'Ada Lovelace', 'ada@example.com');
    await ada.goto(`${xeno.url}/stores`);
    await ada.getByLabel('Store name or domain').fill('team-tea');
    await ada.getByRole('button', { name: /^connect/i }).click();
    await ada.getByRole('button', { name: 'Install app' }).click();
    await ada.waitForURL(/\/stores\/\d+/);
    store = /\/stores\/(\d+)/.exec(ada.url())![1]!;
    await ada
      .getByText(/succeeded/i)
      .first()
      .waitFor({ timeout: 60_000 });
  });
  afterAll(async () => {
    await browser?.close();
    await xeno?.interrupt();
    await folder?.remove();
  });

  async function open(): Promise<Page> {
    const page = await (await browser.newContext({ locale: 'en-GB' })).newPage();
    page.on('pageerror', (error) => problems.push(String(error)));
    return page;
  }

  /** On the page of registration. */
  async function fillIn(page: Page, name: string, email: string): Promise<void> {
    await page.getByLabel('Name').fill(name);
    if ((await page.getByLabel('E-mail').inputValue()) !== email) await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Create account' }).click();
  }

  async function register(page: Page, name: string, email: string): Promise<void> {
    await page.goto(`${xeno.url}/register`);
    await fillIn(page, name, email);
    await page.waitForURL((url) => url.pathname !== '/register');
  }

  /** Gives the link of an invitation as analyst. */
  async function invite(email: string): Promise<string> {
    await ada.goto(`${xeno.url}/team?store=${store}`);
    await ada.getByTestId('members').getByText('ada@example.com').waitFor();
    await ada.getByLabel('E-mail').fill(email);
    await ada.getByRole('button', { name: 'Invite', exact: true }).click();
    return ada.getByLabel(`Link for ${email}`).inputValue();
  }

  /** Has neither logged in nor an account, and ends before the figures. */
  async function accept(page: Page, name: string, email: string): Promise<void> {
    await page.getByRole('link', { name: 'Create an account' }).click();
    await expect.poll(() => page.getByLabel('E-mail').inputValue()).toBe(email);
    await fillIn(page, name, email);
    await page.getByRole('button', { name: 'Accept' }).click();
    await page.getByTestId('top-customers').getByText('hidden from analysts').waitFor({ timeout: 20_000 });
  }

  async function leave(page: Page): Promise<void> {
    await page.getByRole('button', { name: 'Leave this store' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
    await page.getByText('You have left').waitFor();
  }

  test('somebody is invited, sees what an analyst may, and loses the store at once when removed', async () => {
    const link = await invite('bob@example.com');
    expect(link).toContain(`${xeno.url}/invitation#`);

    const bob = await open();
    await register(bob, 'Bob', 'bob.at.home@example.com');
    await bob.goto(link);
    await bob.getByText('Ada Lovelace').waitFor();
    expect(bob.url()).toBe(`${xeno.url}/invitation`);
    await bob.getByText('The invitation is for another address').waitFor();
    await bob.getByRole('button', { name: 'Log out' }).click();
    await accept(bob, 'Bob', 'bob@example.com');
    await bob.goto(`${xeno.url}/?store=${store}&period=all`);
    await bob.getByTestId('top-customers').getByText('Customer …').first().waitFor();
    expect(await bob.getByTestId('top-customers').getByText('@').count()).toBe(0);
    expect(await bob.getByRole('link', { name: 'Audit log' }).count()).toBe(0);
    await bob.getByRole('link', { name: 'Operations' }).click();
    await bob.getByText('Freshness').waitFor();
    for (const name of ['Sync now', 'Disconnect', 'Compare now', 'Replay a period']) {
      expect([name, await bob.getByRole('button', { name }).count()]).toEqual([name, 0]);
    }
    await bob.getByRole('navigation').getByRole('link', { name: 'Overview' }).click();
    await bob.getByTestId('live-state').getByText('Live').waitFor({ timeout: 20_000 });
    await bob.evaluate('window.notReloaded = true');
    const name = await bob.getByTestId('store-switcher').innerText();
    expect(name).not.toBe('');

    // without a reload: the page follows what others do
    await ada.getByTestId('members').getByText('bob@example.com').waitFor({ timeout: 15_000 });
    const give = async (role: string) => {
      await ada.getByRole('button', { name: /^Role of Bob/ }).click();
      await ada.getByRole('dialog').getByLabel('Role').selectOption({ label: role });
      await ada.getByRole('dialog').getByText(`Bob becomes ${role.toLowerCase()}`).waitFor();
      await ada.getByRole('dialog').getByRole('button', { name: 'Change the role' }).click();
      await ada.getByRole('button', { name: `Role of Bob: ${role}` }).waitFor();
      await expect.poll(() => ada.getByRole('dialog').count()).toBe(0);
    };
    const persons = () => bob.getByTestId('top-customers').getByText('@').count();
    for (const [role, seen] of [
      ['Store manager', true],
      ['Analyst', false],
    ] as const) {
      await give(role);
      await expect.poll(async () => (await persons()) > 0, { timeout: 12_000 }).toBe(seen);
    }
    await give('Admin');
    await bob.getByRole('link', { name: 'Audit log' }).click({ timeout: 12_000 });
    await bob.getByTestId('audit-log').waitFor();
    // less than it takes until the stores are asked for again without being told
    await bob.waitForTimeout(1_000);
    await give('Analyst');
    await bob.getByText('Only admins of this store see its audit log').waitFor({ timeout: 10_000 });
    await bob.getByRole('navigation').getByRole('link', { name: 'Overview' }).click();
    await bob.getByTestId('top-customers').waitFor();
    await ada.getByRole('button', { name: 'More about Bob' }).click();
    await ada.getByRole('menuitem', { name: /Remove/ }).click();
    await ada.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await expect.poll(() => ada.getByTestId('members').getByText('bob@example.com').count()).toBe(0);
    await expect.poll(() => bob.getByTestId('top-customers').count(), { timeout: 12_000 }).toBe(0);
    expect(await bob.evaluate('window.notReloaded')).toBe(true);
    expect(await bob.getByText(name).count()).toBe(0);

    await ada.getByRole('link', { name: 'Audit log' }).click();
    await ada.getByTestId('audit-log').getByText('Member removed').waitFor();
    // whoever is no member any more is in the log still
    await ada.getByLabel('Person').selectOption('Bob (bob@example.com)');
    await ada.waitForURL(/user=\d+/);
    await expect.poll(() => ada.getByTestId('audit-log').getByText('Member removed').count()).toBe(0);
    await ada.getByTestId('audit-log').getByText('By Bob').first().waitFor();
    await ada.getByLabel('Person').selectOption('Everybody');
    await ada.getByLabel('Action').selectOption('API tokens');
    await ada.waitForURL(/action=tokens/);
    await expect.poll(() => ada.getByTestId('audit-log').getByText('Member ').count()).toBe(0);
    const download = ada.waitForEvent('download');
    await ada.getByRole('button', { name: 'Export as CSV' }).click();
    expect((await download).suggestedFilename()).toBe('audit-log.csv');
    await bob.context().close();
  });

  test('the only admin is told why they cannot leave; a refusal is told though its row is gone', async () => {
    await ada.goto(`${xeno.url}/team?store=${store}`);
    await ada.getByText('You are the only member: invite somebody else as admin first.').waitFor();
    const carl = await open();
    await carl.goto(await invite('carl@example.com'));
    await accept(carl, 'Carl', 'carl@example.com');
    await ada.getByText('You are the only admin: hand the store over').waitFor({ timeout: 15_000 });
    const leaving = ada.getByRole('button', { name: 'Leave this store', disabled: true });
    await leaving.focus();
    const described = await leaving.getAttribute('aria-describedby');
    expect(await ada.locator(`[id="${described}"]`).innerText()).toContain('You are the only admin');
    await leaving.press('Enter');
    expect(await ada.getByRole('dialog').count()).toBe(0);
    await ada.getByRole('button', { name: 'Role of Ada Lovelace: Admin' }).click();
    await ada.getByRole('dialog').getByText('You are the only admin').waitFor();
    await ada.getByRole('dialog').getByRole('button', { name: 'Change the role', disabled: true }).waitFor();
    await ada.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();

    await ada.getByRole('button', { name: 'Role of Carl: Analyst' }).press('Enter');
    await ada.getByRole('dialog').getByLabel('Role').press('ArrowDown');
    await ada.getByRole('dialog').getByText('Carl becomes store manager instead of analyst').waitFor();
    // what the page would hear of it meanwhile
    let refused = () => {};
    const held = new Promise<void>((done) => (refused = done));
    await ada.route('**/members', async (route) => {
      await held;
      await route.continue();
    });
    await carl.getByRole('link', { name: 'Team' }).click();
    await leave(carl);
    await carl.context().close();
    const answer = ada.waitForResponse((response) => response.request().method() === 'PATCH');
    await ada.getByRole('dialog').getByRole('button', { name: 'Change the role' }).click();
    expect((await answer).status()).toBe(404);
    refused();
    await expect.poll(() => ada.getByTestId('members').getByText('carl@example.com').count()).toBe(0);
    await ada.getByText('Role not changed').waitFor();
    await ada.unroute('**/members');
  });

  test('after a reinstallation who was a member waits, and every page of the store says so', async () => {
    const eve = await open();
    await eve.goto(await invite('eve@example.com'));
    await accept(eve, 'Eve', 'eve@example.com');
    await fetch(`${xeno.sandboxUrl}/_control/shops/team-tea.myshopify.com/uninstall`, { method: 'POST' });
    await ada.goto(`${xeno.url}/stores/${store}`);
    await ada.getByText('The app was uninstalled in Shopify').waitFor({ timeout: 20_000 });
    await ada.getByRole('button', { name: 'Reconnect' }).waitFor();
    expect(await ada.getByRole('button', { name: 'Disconnect' }).count()).toBe(0);

    const zoe = await open();
    // where somebody else's session has ended
    await zoe.goto(`${xeno.url}/register?redirect=${encodeURIComponent(`/?store=${store}`)}`);
    await fillIn(zoe, 'Zoe', 'zoe@example.com');
    await zoe.waitForURL(`${xeno.url}/`);
    await zoe.goto(`${xeno.url}/stores`);
    await zoe.getByLabel('Store name or domain').fill('team-tea');
    await zoe.getByRole('button', { name: /^connect/i }).click();
    await zoe.getByRole('button', { name: 'Install app' }).click();
    await zoe.waitForURL(`${xeno.url}/stores/${store}`);

    await ada.getByText('You wait to be let into team-tea.myshopify.com again').waitFor({ timeout: 20_000 });
    await eve.getByText('You wait to be let into team-tea.myshopify.com again').waitFor({ timeout: 20_000 });
    await leave(eve);
    await expect.poll(() => eve.getByText('You wait to be let into').count()).toBe(0);
    await eve.context().close();
    await zoe.goto(`${xeno.url}/team?store=${store}`);
    await zoe.getByRole('button', { name: 'Confirm' }).click();
    await ada.getByRole('heading', { name: 'Sync history' }).waitFor({ timeout: 12_000 });
    await zoe.context().close();
  });

  test('a second factor is set up, asked for at log-in, and demanded of the team; tokens and sessions are one’s own', async () => {
    await ada.getByRole('button', { name: 'Account: Ada Lovelace' }).click();
    await ada.getByRole('menuitem', { name: 'Profile and security' }).click();
    const panel = ada.locator('section').filter({ has: ada.getByRole('heading', { name: 'Second factor' }) });
    await panel.getByLabel('Your password').fill(PASSWORD);
    await panel.getByRole('button', { name: 'Set it up' }).click();
    await panel.getByRole('img', { name: 'QR code' }).waitFor();
    const app = new TOTP({ secret: Secret.fromBase32(await panel.getByTestId('totp-secret').innerText()) });
    await panel.getByLabel('Code', { exact: true }).fill(app.generate());
    await panel.getByRole('button', { name: 'Turn it on' }).click();
    await panel.getByTestId('recovery-codes').waitFor();
    const [recovery] = await panel.getByTestId('recovery-codes').getByRole('listitem').allInnerTexts();

    await ada.getByLabel('Name of the token').fill('A report');
    await ada.getByRole('group', { name: 'Stores' }).getByRole('checkbox').check();
    await ada.getByRole('button', { name: 'Make a token' }).click();
    const token = await ada.getByLabel('API token “A report”').inputValue();
    const answer = await fetch(`${xeno.url}/api/tenants`, { headers: { authorization: `Bearer ${token}` } });
    expect(await answer.json()).toMatchObject({ data: [{ id: store, role: 'analyst' }] });

    const dora = await open();
    await dora.goto(await invite('dora@example.com'));
    await accept(dora, 'Dora', 'dora@example.com');
    await ada.getByRole('switch', { name: 'Members must have a second factor' }).check();
    await dora.getByText('A second factor is needed').waitFor({ timeout: 12_000 });
    expect(await dora.getByTestId('top-customers').count()).toBe(0);
    await dora.goto(`${xeno.url}/stores`);
    await dora.getByRole('article').getByText('A second factor is needed').waitFor();
    await dora.getByRole('link', { name: 'Team' }).click();
    await leave(dora);
    await dora.context().close();
    const row = ada.getByTestId('members').getByText('dora@example.com');
    await expect.poll(() => row.count(), { timeout: 15_000 }).toBe(0);

    const elsewhere = await open();
    await elsewhere.goto(`${xeno.url}/login`);
    await elsewhere.getByLabel('E-mail').fill('ada@example.com');
    await elsewhere.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await elsewhere.getByRole('button', { name: 'Log in' }).click();
    await elsewhere.getByLabel('Code', { exact: true }).fill('nonsense');
    await elsewhere.getByRole('button', { name: 'Log in' }).click();
    await elsewhere.getByRole('alert').getByText('The code is wrong').waitFor();
    await elsewhere.getByLabel('Code', { exact: true }).fill(recovery!);
    await elsewhere.getByRole('button', { name: 'Log in' }).click();
    await elsewhere.getByRole('button', { name: 'Account: Ada Lovelace' }).waitFor();

    await ada.goto(`${xeno.url}/profile`);
    await panel.getByText('9 recovery codes left').waitFor();
    await panel.getByLabel('Your password').fill(PASSWORD);
    await panel.getByRole('button', { name: 'Make new recovery codes' }).click();
    await ada.getByRole('dialog').getByRole('button', { name: 'Make new ones' }).click();
    expect(await panel.getByTestId('recovery-codes').getByRole('listitem').allInnerTexts()).not.toContain(recovery);
    await panel.getByText('10 recovery codes left').waitFor();
    // until then nobody reaches what is behind it
    await ada.getByRole('dialog').waitFor({ state: 'hidden' });
    await panel.getByLabel('Your password').fill(PASSWORD);
    await panel.getByRole('button', { name: 'Turn it off' }).click();
    const name = await ada.getByRole('group', { name: 'Stores' }).locator('bdi').innerText();
    await ada.getByRole('dialog').getByRole('listitem').getByText(name).waitFor();
    await ada.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await ada.getByRole('button', { name: 'End all others' }).click();
    await ada.getByRole('button', { name: 'End all others', disabled: true }).waitFor();
    await elsewhere.goto(`${xeno.url}/stores`);
    await elsewhere.waitForURL(/\/login/);
    await elsewhere.getByRole('link', { name: 'Forgotten your password?' }).click();
    await elsewhere.getByRole('heading', { name: 'Forgotten your password?' }).waitFor();
    await elsewhere.getByText('This installation sends no e-mail').waitFor();
    expect(problems).toEqual([]);
  });

  test('what happened to an account is shown to its user, who deletes it', async () => {
    await ada.goto(`${xeno.url}/profile`);
    await ada.getByTestId('account-log').getByText('Second factor turned on').waitFor();
    const remove = ada.locator('section').filter({ has: ada.getByRole('heading', { name: 'Delete your account' }) });
    const tell = async (password: string) => {
      await remove.getByLabel('Your password').fill(password);
      await remove.getByRole('button', { name: 'Delete the account' }).click();
      await ada.getByRole('dialog').getByRole('button', { name: 'Delete it for good' }).click();
    };
    await tell('not her password');
    await remove.getByText('is not your password').waitFor();
    await tell(PASSWORD);
    await ada.waitForURL(/\/login/);
    expect(problems).toEqual([]);
  });
});
