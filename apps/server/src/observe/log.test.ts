import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createLog, type Log } from './log.ts';

const CANARY = 'canary-of-at-least-32-characters-long';
const JWT = `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${'x'.repeat(43)}`;

function logged(production: boolean, work: (log: Log) => void): string {
  let text = '';
  const out = new PassThrough().on('data', (chunk: Buffer) => (text += chunk.toString()));
  const shopify = {
    apiKey: 'k',
    apiSecrets: [CANARY],
    webhookSecrets: [CANARY],
    scopes: [],
    sandboxUrl: null,
    ownSandbox: false,
  };
  work(createLog({ production, logLevel: 'info', jwtSecrets: [CANARY], shopify }, out));
  return text;
}

describe.each([true, false])('production: %s', (production) => {
  test.each<[string, (log: Log) => void]>([
    ['headers', (log) => log.info({ req: { headers: { authorization: CANARY, cookie: CANARY } } }, 'x')],
    ['fields', (log) => log.info({ password: CANARY, body: { accessToken: CANARY, refresh_token: CANARY } }, 'x')],
    ['lists', (log) => log.info({ headers: { 'set-cookie': ['a=canary', 'b=canary'] } }, 'x')],
    ['quotes', (log) => log.info({ a: { b: { c: { token: 'x"canary' } } } }, 'x')],
    ['our own secrets in a text', (log) => log.info(`signed with ${CANARY}`)],
    ['Shopify’s tokens in a text', (log) => log.info('refused shpat_canary0123456789 and shprt_canary0123456789')],
    ['JWTs in a text', (log) => log.info(`got ${JWT.replace('x'.repeat(43), 'canary')}`)],
    ['bearer tokens in a text', (log) => log.info('sent Authorization: Bearer canary+/token==')],
    ['OAuth’s values in a URL', (log) => log.info({ url: '/cb?code=canary&hmac=canary&state=canary&shop=a' }, 'x')],
    [
      'what an error carries',
      (log) => log.error({ err: Object.assign(new Error('x'), { sql: CANARY, parameters: ['canary'] }) }, 'x'),
    ],
    ['an error’s message', (log) => log.error({ err: new Error(`wrong: ${CANARY}`) }, 'x')],
    [
      'an error’s cause',
      (log) => log.error({ err: new Error('x', { cause: Object.assign(new Error('y'), { config: 'canary' }) }) }, 'x'),
    ],
  ])('A26: hides %s', (_where, work) => {
    const text = logged(production, work);
    expect(text.length).toBeGreaterThan(10);
    expect(text).not.toContain('canary');
  });

  test('tells why', () => {
    const text = logged(production, (log) =>
      log.error({ err: new Error('not stored', { cause: new Error('refused') }) }, 'request failed'),
    );
    expect(text).toMatch(/not stored.*refused/s);
  });

  test('leaves the rest', () => {
    const text = logged(production, (log) =>
      log.warn({ err: new Error('table is full'), shop: 'a.myshopify.com' }, 'sync failed'),
    );
    for (const part of ['sync failed', 'table is full', 'a.myshopify.com', 'log.test.ts']) expect(text).toContain(part);
    if (production) expect(JSON.parse(text)).toMatchObject({ level: 40, msg: 'sync failed' });
    else expect(text).toMatch(/^\d\d:\d\d:\d\d warn: sync failed shop=a.myshopify.com\nError: table is full\n {4}at /);
  });
});
