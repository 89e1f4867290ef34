import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { accessOf, type Database, openDatabase } from '../../src/db/database.ts';
import { newId } from '../../src/db/ids.ts';
import { rotateKeys } from '../../src/rotate-keys.ts';
import { createSealer } from '../../src/db/seal.ts';
import { sealedTokens, tokenStore } from '../../src/stores/tokens.ts';
import { onEachDatabase } from './world.ts';

const BIN = path.resolve(import.meta.dirname, '../../src/bin/rotate-keys.ts');
const STORES = 400;
const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const [OLD, NEW] = [key('old_1'), key('oldX1')];

onEachDatabase('rotation of encryption keys', (engine) => {
  let opened: Awaited<ReturnType<typeof engine.open>>;
  let db: Database;
  const shops: string[] = [];
  const env = (keys: string, more: Record<string, string> = {}) => ({
    DATA_DIR: opened.dataDir,
    DATABASE_URL: opened.databaseUrl ?? '',
    ENCRYPTION_KEY: keys,
    JWT_SECRET: 'x'.repeat(32),
    ...more,
  });
  const sealerOf = (keys: string) => createSealer(readConfig(env(keys)).encryptionKeys);
  const tokensOf = (keys: string, shop: string) =>
    tokenStore(db, sealerOf(keys), () => Promise.resolve(null)).load(shop);
  const sealedBy = async (keyId: string) => {
    const rows = await db.read<{ access_token: string }>('SELECT access_token FROM tenants');
    return rows.filter(({ access_token }) => access_token.startsWith(`v1.${keyId}.`)).length;
  };

  beforeAll(async () => {
    opened = await engine.open();
    db = openDatabase(accessOf(readConfig(env(OLD))));
    const userId = newId();
    await db.models.User.create({ id: userId, name: 'Ada', email: `${userId}@example.com`, password: '-' });
    const sealer = sealerOf(OLD);
    for (let n = 0; n < STORES; n++) shops.push(`shop-${n}.myshopify.com`);
    await db.models.Tenant.bulkCreate(
      shops.map((shop) => ({
        id: newId(),
        userId,
        shopDomain: shop,
        storeName: shop,
        scopes: '',
        currency: null,
        timezone: null,
        apiVersion: null,
        status: 'connected' as const,
        statusReason: null,
        ...sealedTokens(sealer, shop, {
          accessToken: `access of ${shop}`,
          expiresAt: null,
          refreshToken: `refresh of ${shop}`,
          refreshExpiresAt: null,
          scopes: [],
        }),
      })),
    );
  });
  afterAll(async () => {
    await db?.close();
    await opened?.drop();
  });

  test('A27: a ciphertext that was moved to another row or column does not open', async () => {
    const [mine, other] = shops as [string, string];
    const columns = async (shop: string) =>
      (await db.models.Tenant.findOne({ where: { shopDomain: shop }, rejectOnEmpty: true })).get();
    const [own, foreign] = [await columns(mine), await columns(other)];
    expect(await tokensOf(OLD, mine)).toMatchObject({ accessToken: `access of ${mine}` });
    const { Tenant } = db.models;
    const where = { shopDomain: mine };
    for (const moved of [
      { accessToken: foreign.accessToken },
      { accessToken: own.refreshToken },
      { refreshToken: foreign.refreshToken },
    ]) {
      await Tenant.update(moved, { where });
      expect(await tokensOf(OLD, mine)).toBeNull();
      await Tenant.update({ accessToken: own.accessToken, refreshToken: own.refreshToken }, { where });
    }
    expect(await tokensOf(OLD, mine)).toMatchObject({ refreshToken: `refresh of ${mine}` });
  });

  test('A27: keys:rotate is killed in the middle, goes on, and then the old key may go', async () => {
    const said: string[] = [];
    const rotate = (keys: string) => rotateKeys(readConfig(env(keys)), (line) => void said.push(line));
    const killed = async () => {
      const child = spawn(process.execPath, [BIN], {
        env: { PATH: process.env.PATH, ...env(`${NEW},${OLD}`, { ROTATION_BATCH: '1' }) },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      child.stdout.once('data', () => child.kill('SIGKILL'));
      await once(child, 'close');
      return sealedBy('oldX1');
    };
    let done = await killed();
    // it may have been quicker
    for (; done === STORES; done = await killed()) await rotate(`${OLD},${NEW}`);
    expect(done).toBeGreaterThan(0);
    // both keys open all that there is
    for (const shop of [shops[0]!, shops.at(-1)!]) expect(await tokensOf(`${NEW},${OLD}`, shop)).not.toBeNull();

    expect(await rotate(`${NEW},${OLD}`)).toBe(true);
    expect(said.join('\n')).toMatch(/rows left: 0\nKeys other than oldX1 may be removed/);
    expect(await sealedBy('oldX1')).toBe(STORES);
    for (const shop of shops) {
      expect(await tokensOf(NEW, shop)).toMatchObject({
        accessToken: `access of ${shop}`,
        refreshToken: `refresh of ${shop}`,
      });
    }
    expect(await tokensOf(OLD, shops[0]!)).toBeNull();
    said.length = 0;
    expect(await rotate(`${NEW},${OLD}`)).toBe(true);
    expect(said[0]).toMatch(/ 0 sealed .* rows left: 0/);
  });

  test('what no key opens is named and left as it is', async () => {
    const said: string[] = [];
    const { Tenant } = db.models;
    const lost = createSealer(readConfig(env(key('lost'))).encryptionKeys).seal('x', 'y');
    await Tenant.update({ accessToken: lost }, { where: { shopDomain: shops[7]! } });
    expect(await rotateKeys(readConfig(env(NEW)), (line) => void said.push(line))).toBe(true);
    expect(said.join('\n')).toContain(`opens what ${shops[7]} has`);
    expect(await Tenant.count({ where: { accessToken: lost } })).toBe(1);
  });
});
