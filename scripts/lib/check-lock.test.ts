import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { checkLock } from './check-lock.mjs';

const integrity = 'sha512-x';

it('has no complaint about our own lock', () => {
  expect(checkLock(JSON.parse(readFileSync('package-lock.json', 'utf8')))).toEqual([]);
});

it('names a package that the lock lacks, looking where Node looks', () => {
  const packages = {
    '': { dependencies: { a: '1.0.0' } },
    'apps/x': { dependencies: { a: '2.0.0', own: '1.0.0' } },
    'apps/x/node_modules/own': { integrity, dependencies: { a: '1.0.0' } },
    'node_modules/a': { integrity, optionalDependencies: { '@a/linux': '1.0.0', '@a/darwin': '1.0.0' } },
    'node_modules/@a/linux': { integrity, dependencies: { own: '1.0.0' } },
  };
  expect(checkLock({ packages })).toEqual([
    'node_modules/a needs @a/darwin@1.0.0, which the lock lacks',
    'node_modules/@a/linux needs own@1.0.0, which the lock lacks',
  ]);
});

it('names a package from elsewhere, or one that could be exchanged', () => {
  const packages = {
    'node_modules/a': { integrity, resolved: 'https://registry.npmjs.org/a/-/a-1.0.0.tgz' },
    'node_modules/b': { integrity, resolved: 'https://mirror.example/b/-/b-1.0.0.tgz' },
    'node_modules/c': { resolved: 'packages/c', link: true },
    'packages/c': {},
    'node_modules/d': { integrity, resolved: 'http://registry.npmjs.org/d/-/d-1.0.0.tgz' },
    'node_modules/e': { integrity, resolved: 'git+ssh://git@github.com/e/e.git#0a1b2c' },
    'node_modules/f': {},
    'packages/c/node_modules/g': { integrity: 'sha1-x' },
  };
  expect(checkLock({ packages })).toEqual([
    'node_modules/b comes from https://mirror.example/b/-/b-1.0.0.tgz',
    'node_modules/d comes from http://registry.npmjs.org/d/-/d-1.0.0.tgz',
    'node_modules/e comes from git+ssh://git@github.com/e/e.git#0a1b2c',
    'node_modules/f has no sha512 hash',
    'packages/c/node_modules/g has no sha512 hash',
  ]);
});
