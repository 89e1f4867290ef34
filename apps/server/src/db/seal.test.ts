import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSealer } from './seal.ts';

const key = (id: string) => ({ id, key: randomBytes(32) });
const bound = 'a.myshopify.com/access-token';

describe('createSealer', () => {
  it('opens what it sealed, each time sealed anew', () => {
    const sealer = createSealer([key('k1')]);
    for (const text of ['', 'shpat_123', 'ü€𝄞'.repeat(100)]) {
      const sealed = sealer.seal(text, bound);
      expect(sealed).toMatch(/^v1\.k1\.[\w-]{16}\.[\w-]*\.[\w-]{22}$/);
      if (text) expect(sealed).not.toContain(text);
      expect(sealer.open(sealed, bound)).toBe(text);
      expect(sealer.seal(text, bound)).not.toBe(sealed);
    }
  });

  it('A27: does not open for another shop or purpose', () => {
    const sealer = createSealer([key('k1')]);
    const sealed = sealer.seal('secret', bound);
    expect(() => sealer.open(sealed, 'b.myshopify.com/access-token')).toThrow(/changed/);
    expect(() => sealer.open(sealed, 'a.myshopify.com/refresh-token')).toThrow(/changed/);
  });

  it('notices a change of any byte, and of the form', () => {
    const keys = [key('k1'), key('k2')];
    const sealer = createSealer(keys);
    const sealed = sealer.seal('secret', bound);
    const [version, id, ...parts] = sealed.split('.');
    for (const [index, part] of parts.entries()) {
      const bytes = Buffer.from(part, 'base64url');
      for (let at = 0; at < bytes.length; at++) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ 1;
        const all = parts.with(index, changed.toString('base64url'));
        expect(() => sealer.open([version, id, ...all].join('.'), bound)).toThrow(/changed/);
      }
    }
    expect(() => sealer.open(sealed.replace('.k1.', '.k2.'), bound)).toThrow(/changed/);
    for (const text of [
      '',
      'secret',
      sealed.slice(0, -1),
      sealed.slice(0, -6),
      `${sealed}.x`,
      sealed.replace('v1', 'v2'),
    ]) {
      expect(() => sealer.open(text, bound)).toThrow(/Not a sealed text/);
    }
  });

  it('A27: rotates: the newest key seals, the old ones still open, a dropped one does not', () => {
    const [old, fresh] = [key('2025'), key('2026')];
    const before = createSealer([old]).seal('secret', bound);
    const rotated = createSealer([fresh, old]);
    expect(rotated.open(before, bound)).toBe('secret');
    expect(rotated.seal('secret', bound)).toMatch(/^v1\.2026\./);
    expect(() => createSealer([fresh]).open(before, bound)).toThrow(/unknown encryption key 2025/);
  });

  it('takes only proper keys', () => {
    expect(() => createSealer([])).toThrow();
    expect(() => createSealer([{ id: 'k', key: randomBytes(16) }])).toThrow(/32 bytes/);
    expect(() => createSealer([{ id: 'a.b', key: randomBytes(32) }])).toThrow(/key id/);
    expect(() => createSealer([key('k'), key('k')])).toThrow(/same id/);
  });
});
