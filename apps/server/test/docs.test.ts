import { PERMISSIONS } from '@xeno/contracts';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Config, readConfig } from '../src/config.ts';

const root = join(import.meta.dirname, '../../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

const documents = [
  'README.md',
  'apps/sandbox/README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
];

const variableOf = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

describe('docs/settings.md', () => {
  /** The first two columns of the tables of settings: name and default. */
  const documented = new Map(
    [...read('docs/settings.md').matchAll(/^\| `([A-Z_]+)`[ ●]*\| ([^|]*) \| [^|]*\|$/gm)].map((row) => [
      row[1]!,
      row[2]!.replaceAll('`', '').trim(),
    ]),
  );
  let dataDir: string;
  let config: Config;
  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'xeno-docs-'));
    config = readConfig({ DATA_DIR: dataDir });
  });
  afterAll(() => rmSync(dataDir, { recursive: true }));

  test('names every setting that config.ts reads, and no other', () => {
    const [, schema] = /Type\.Object\(\{([^]*?)\n {2}\}\),/.exec(read('apps/server/src/config.ts'))!;
    const named = [...schema!.matchAll(/^ {4}([A-Z][A-Z_]+):/gm)].map((match) => match[1]!);
    expect(named).toContain('DATABASE_URL');
    const tuning = Object.keys(config.tuning).map(variableOf);
    expect([...documented.keys()].sort()).toEqual([...named, ...tuning].sort());
  });

  test('gives the defaults that hold', () => {
    for (const [name, standard] of Object.entries(config.tuning)) {
      const text = documented.get(variableOf(name));
      if (standard === null) expect(text, name).toMatch(/^none/);
      else expect(text, name).toBe(String(standard));
    }
    expect(documented.get('PORT')).toBe(String(config.port));
    expect(documented.get('LOG_LEVEL')).toBe(config.logLevel);
    expect(documented.get('TRUST_PROXY')).toBe(String(config.trustProxy));
    expect(documented.get('HOST')).toMatch(new RegExp(`^${config.host};`));
    const real = readConfig({ DATA_DIR: dataDir, SHOPIFY_API_KEY: 'key', SHOPIFY_API_SECRET: 'secret' });
    expect(documented.get('SHOPIFY_SCOPES')).toMatch(new RegExp(`^${real.shopify.scopes.join(',')};`));
  });
});

test.each(documents)('what %s links to exists', (document) => {
  const text = read(document);
  for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^https?:/.test(target!)) continue;
    const [path, anchor] = target!.split('#') as [string, string?];
    const file = path === '' ? join(root, document) : join(root, dirname(document), path);
    expect(existsSync(file), target).toBe(true);
    if (anchor) expect(anchorsOf(readFileSync(file, 'utf8')), target).toContain(anchor);
  }
});

test('every npm command that README.md names exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const commands = [...read('README.md').matchAll(/npm run ([\w:]+)/g)].map((match) => match[1]!);
  expect(commands).toContain('check');
  for (const command of commands) expect(scripts).toHaveProperty([command]);
});

test('docs/data.md names every table', () => {
  const folder = 'apps/server/src/db/migrations';
  const created = readdirSync(join(root, folder)).flatMap((file) =>
    [...read(join(folder, file)).matchAll(/CREATE TABLE (\w+)/g)].map((match) => match[1]!),
  );
  expect(created).toContain('orders');
  const text = read('docs/data.md');
  for (const table of created) expect(text).toContain(`\`${table}\``);
});

/** The anchors that GitHub gives to headings. */
const anchorsOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^#+ (.*)$/gm)].map((heading) =>
    heading[1]!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

test('docs/api.md tells the roles as they are', () => {
  const rows = [...read('docs/api.md').matchAll(/^\| `(\w+:\w+)` +\| (.) +\| (.) +\| (.) +\|$/gm)];
  const told = rows.map(([, permission, ...cells]) => [
    permission,
    (['admin', 'store_manager', 'analyst'] as const).filter((_role, i) => cells[i] === '✓'),
  ]);
  expect(Object.fromEntries(told)).toEqual(PERMISSIONS);
});
