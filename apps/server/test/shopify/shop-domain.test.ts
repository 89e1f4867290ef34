import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shopUrl } from '../../src/shopify/origin.ts';
import { parseShopDomain } from '../../src/shopify/shop-domain.ts';
import { official } from './official.ts';

const HOSTILE: unknown[] = [
  '',
  ' ',
  '.',
  '-shop',
  '-shop.myshopify.com',
  '.myshopify.com',
  'myshopify.com',
  'a.myshopify.com.evil',
  'a.myshopify.com.evil.com',
  'a.myshopify.com/evil',
  'a.myshopify.com?x',
  'a.myshopify.com#x',
  'a.myshopify.com:443',
  'a.myshopify.com@evil.com',
  'evil.com#.myshopify.com',
  'evil.com@a.myshopify.com',
  'evil.com/a.myshopify.com',
  'evil.com\\.myshopify.com',
  'user:pw@a.myshopify.com',
  'https://a.myshopify.com',
  '//a.myshopify.com',
  'a.b.myshopify.com',
  'a..myshopify.com',
  'a.myshopify.com.',
  'a.myshopify.comx',
  'a.myshopify-com',
  'axmyshopify.com',
  'a_b.myshopify.com',
  '127.0.0.1',
  '2130706433.1',
  '[::1]',
  'localhost.localdomain',
  'a\n.myshopify.com',
  'a.myshopify.com\n',
  'a.myshopify.com\nevil',
  'a.myshopify.com\r\nHost: evil',
  'a\0.myshopify.com',
  'a b.myshopify.com',
  'a%2e.myshopify.com',
  'а.myshopify.com', // Cyrillic
  'a.myshopify。com',
  'a.myshopify.ⅽom',
  '\u212a.myshopify.com', // Kelvin sign, lower-cased a plain k
  'ſhop.myshopify.com',
  '\u202ea.myshopify.com',
  `${'a'.repeat(64)}.myshopify.com`,
  '__proto__',
  null,
  undefined,
  7,
  {},
  ['a.myshopify.com'],
  { toString: () => 'a.myshopify.com' },
];

describe('parseShopDomain', () => {
  it.each([
    ['demo', 'demo.myshopify.com'],
    ['demo.myshopify.com', 'demo.myshopify.com'],
    ['  Demo-2.MyShopify.com ', 'demo-2.myshopify.com'],
    ['0', '0.myshopify.com'],
  ])('accepts %j', (input, shop) => {
    expect(parseShopDomain(input)).toEqual({ ok: true, shop });
  });

  it.each(HOSTILE.map((input) => [input]))('A12: refuses %j', (input) => {
    expect(parseShopDomain(input)).toMatchObject({ ok: false, reason: expect.stringMatching(/\w/) });
  });

  it('accepts no domain that the official library refuses, and all of its plain ones', () => {
    const domain = fc.oneof(
      fc.stringMatching(/^[a-zA-Z0-9-]{1,20}\.myshopify\.com$/),
      fc
        .tuple(fc.string({ unit: 'grapheme', maxLength: 6 }), fc.constant('.myshopify.com'))
        .map((parts) => parts.join('')),
      fc
        .tuple(fc.constant('a.myshopify.com'), fc.string({ unit: 'binary', maxLength: 4 }))
        .map((parts) => parts.join('')),
      fc.constantFrom(...HOSTILE.filter((input): input is string => typeof input === 'string')),
    );
    fc.assert(
      fc.property(domain, (input) => {
        const verdict = parseShopDomain(input);
        const theirs = official.utils.sanitizeShop(input);
        if (verdict.ok) expect(official.utils.sanitizeShop(verdict.shop)).toBe(verdict.shop);
        // Beyond ours, theirs takes underscores, over-long names, trailing slashes and Shopify's own other domains.
        if (theirs && /^[^_.]{1,63}\.myshopify\.com$/.test(theirs))
          expect(verdict).toEqual({ ok: true, shop: theirs.toLowerCase() });
      }),
      { numRuns: 2000 },
    );
  });
});

describe('shopUrl', () => {
  it('addresses Shopify, or the stand-in below its origin', () => {
    expect(shopUrl({}, 'a.myshopify.com', '/admin').href).toBe('https://a.myshopify.com/admin');
    const sandboxUrl = 'http://127.0.0.1:9/';
    expect(shopUrl({ sandboxUrl }, 'a.myshopify.com', '/admin').href).toBe('http://127.0.0.1:9/a.myshopify.com/admin');
  });

  it('never leaves for anything that is not a shop', () => {
    for (const input of HOSTILE) expect(() => shopUrl({}, input as string, '/admin')).toThrow();
  });
});
