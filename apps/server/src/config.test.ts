import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readConfig } from './config.ts';

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'xeno-config-'))));
afterEach(() => rmSync(dir, { recursive: true }));

const KEY = Buffer.alloc(32, 7);
const production = {
  NODE_ENV: 'production',
  DATABASE_URL: 'mysql://xeno:pw@db:3306/xeno',
  JWT_SECRET: 'n'.repeat(32),
  ENCRYPTION_KEY: KEY.toString('base64'),
  SHOPIFY_API_KEY: 'key',
  SHOPIFY_API_SECRET: 'new,old',
};

describe('on a laptop', () => {
  test('nothing has to be set', () => {
    const config = readConfig({ DATA_DIR: join(dir, 'data') });
    expect(config).toMatchObject({
      production: false,
      databaseUrl: null,
      redisUrl: null,
      appUrl: null,
      host: '127.0.0.1',
      port: 3000,
      trustProxy: false,
      shopify: {
        apiKey: 'xeno-sandbox-key',
        apiSecrets: ['xeno-sandbox-secret'],
        webhookSecrets: ['xeno-sandbox-secret'],
        scopes: expect.arrayContaining(['read_orders', 'read_all_orders']) as string[],
        sandboxUrl: null,
        ownSandbox: true,
      },
    });
    expect(config.encryptionKeys[0]!.key).toHaveLength(32);
  });

  test('secrets are made once and are the owner’s alone', () => {
    const data = join(dir, 'data');
    const first = readConfig({ DATA_DIR: data });
    const second = readConfig({ DATA_DIR: data });
    expect(second.jwtSecrets).toEqual(first.jwtSecrets);
    expect(second.encryptionKeys).toEqual(first.encryptionKeys);
    expect(statSync(join(data, 'secrets.json')).mode & 0o777).toBe(0o600);
    expect(statSync(data).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(data, 'secrets.json'), 'utf8')).toContain(first.jwtSecrets[0]);
  });

  test('a folder that cannot be, and secrets that cannot be read, are named', () => {
    const file = join(dir, 'a-file');
    writeFileSync(file, '');
    for (const none of [file, join(file, 'below'), '/proc/none']) {
      expect(() => readConfig({ DATA_DIR: none })).toThrow(
        /^The settings need attention:[^]*DATA_DIR cannot be a folder/,
      );
    }
    const data = join(dir, 'damaged');
    mkdirSync(data);
    writeFileSync(join(data, 'secrets.json'), '{x');
    expect(() => readConfig({ DATA_DIR: data })).toThrow(/secrets\.json cannot be read[^]*back-up/);
  });

  test('processes that start at once make the folder together', async () => {
    const config = new URL('./config.ts', import.meta.url).href;
    for (let round = 0; round < 3; round++) {
      const data = JSON.stringify(join(dir, `${round}`, 'a', 'b', 'c'));
      const code = `const { readConfig } = await import('${config}');
        while (Date.now() < ${Date.now() + 1_000}); readConfig({ DATA_DIR: ${data} });`;
      const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', code]);
      await Promise.all([run(), run(), run(), run()]);
    }
  });

  test('an empty variable counts as unset', () => {
    expect(readConfig({ DATA_DIR: dir, DATABASE_URL: '', APP_URL: ' ' })).toMatchObject({
      databaseUrl: null,
      appUrl: null,
    });
  });

  test('a stand-in needs no keys', () => {
    const { shopify } = readConfig({ DATA_DIR: dir, SHOPIFY_SANDBOX_URL: 'http://127.0.0.1:4100/' });
    expect(shopify).toMatchObject({
      sandboxUrl: 'http://127.0.0.1:4100',
      ownSandbox: false,
      apiKey: 'xeno-sandbox-key',
    });
  });

  test('with keys it is Shopify itself', () => {
    const { shopify } = readConfig({ DATA_DIR: dir, SHOPIFY_API_KEY: 'k', SHOPIFY_API_SECRET: 's' });
    expect(shopify).toMatchObject({ sandboxUrl: null, ownSandbox: false, apiSecrets: ['s'], webhookSecrets: ['s'] });
    expect(shopify.scopes).toEqual(['read_orders', 'read_customers', 'read_products', 'read_inventory']);
  });

  test('a key without its secret is named', () => {
    expect(() => readConfig({ DATA_DIR: dir, SHOPIFY_API_KEY: 'k' })).toThrow('SHOPIFY_API_SECRET is missing');
  });
});

describe('in production', () => {
  test('everything missing is named in one message', () => {
    const missing = ['DATABASE_URL', 'JWT_SECRET', 'ENCRYPTION_KEY', 'SHOPIFY_API_KEY', 'SHOPIFY_API_SECRET'];
    expect(() => readConfig({ NODE_ENV: 'production', DATA_DIR: dir })).toThrow(
      new RegExp(missing.map((name) => `${name} is missing`).join('[^]*')),
    );
  });

  test('everything wrong is named beside it', () => {
    const env = {
      ...production,
      DATABASE_URL: 'postgres://x',
      PORT: '70000',
      JWT_SECRET: 'short',
      ENCRYPTION_KEY: 'abc',
    };
    expect(() => readConfig({ ...env, LEASE_SECONDS: '-1', SHOPIFY_API_KEY: '' })).toThrow(
      /^(?=[^]*SHOPIFY_API_KEY is missing)(?=[^]*DATABASE_URL must)(?=[^]*PORT must)(?=[^]*JWT_SECRET must)(?=[^]*ENCRYPTION_KEY must)(?=[^]*LEASE_SECONDS must)/,
    );
  });

  test('no value is repeated in the message', () => {
    expect(() => readConfig({ ...production, ENCRYPTION_KEY: 'canary-key' })).toThrow(/^(?![^]*canary)/);
  });

  test('secrets may be lists, the newest first', () => {
    const old = Buffer.alloc(32, 9).toString('hex');
    const config = readConfig({ ...production, ENCRYPTION_KEY: `2026:${KEY.toString('base64')}, ${old}` });
    expect(config.shopify.apiSecrets).toEqual(['new', 'old']);
    expect(config.shopify.webhookSecrets).toEqual(['new', 'old']);
    expect(config.encryptionKeys.map(({ id }) => id)).toEqual(['2026', expect.stringMatching(/^[0-9a-f]{8}$/)]);
    expect(config.encryptionKeys[0]!.key.equals(KEY)).toBe(true);
    expect(config.host).toBe('0.0.0.0');
  });
});

test.each([
  ['true', true],
  ['1', 1],
  ['10.0.0.0/8, 127.0.0.1', '10.0.0.0/8, 127.0.0.1'],
])('TRUST_PROXY=%s', (value, expected) => {
  expect(readConfig({ DATA_DIR: dir, TRUST_PROXY: value }).trustProxy).toBe(expected);
});

test('tuning is overridden by its name in capitals', () => {
  expect(readConfig({ DATA_DIR: dir, LEASE_SECONDS: '20' }).tuning).toMatchObject({
    leaseSeconds: 20,
    refreshGraceSeconds: 10,
  });
});
