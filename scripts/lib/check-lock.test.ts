import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { checkLock } from './check-lock.mjs';

it('has no complaint about our own lock', () => {
  expect(checkLock(JSON.parse(readFileSync('package-lock.json', 'utf8')))).toEqual([]);
});

it('names a package that the lock lacks, looking where Node looks', () => {
  const packages = {
    '': { dependencies: { a: '1.0.0' } },
    'apps/x': { dependencies: { a: '2.0.0', own: '1.0.0' } },
    'apps/x/node_modules/own': { dependencies: { a: '1.0.0' } },
    'node_modules/a': { optionalDependencies: { '@a/linux': '1.0.0', '@a/darwin': '1.0.0' } },
    'node_modules/@a/linux': { dependencies: { own: '1.0.0' } },
  };
  expect(checkLock({ packages })).toEqual([
    'node_modules/a needs @a/darwin@1.0.0, which the lock lacks',
    'node_modules/@a/linux needs own@1.0.0, which the lock lacks',
  ]);
});

it('names a package from another host', () => {
  const packages = {
    'node_modules/a': { resolved: 'https://registry.npmjs.org/a/-/a-1.0.0.tgz' },
    'node_modules/b': { resolved: 'https://mirror.example/b/-/b-1.0.0.tgz' },
    'node_modules/c': { resolved: 'packages/c', link: true },
  };
  expect(checkLock({ packages })).toEqual(['node_modules/b comes from mirror.example']);
});
