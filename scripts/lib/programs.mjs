import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from './project.mjs';

// Daemons often live where an ordinary user's PATH does not reach, and macOS keeps browsers in bundles.
const ALSO = [
  '/usr/sbin',
  '/usr/local/sbin',
  '/usr/local/bin',
  '/opt/homebrew/bin',
  '/opt/homebrew/sbin',
  '/Applications/Google Chrome.app/Contents/MacOS',
  '/Applications/Chromium.app/Contents/MacOS',
];

/**
 * The full path of the first of these programs that is installed, or null.
 * @param {...string} names
 */
export function find(...names) {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), ...ALSO];
  const files = names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return files.find(isExecutable) ?? null;
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The server of MariaDB 10.6 or newer and the program that makes its first tables; null unless both are there. */
export function mariaDb() {
  const server = find('mariadbd');
  const installer = find('mariadb-install-db');
  return server && installer && isAtLeast(server, 10, 6) ? { server, installer } : null;
}

/** The server of Redis 7 or newer, or null. */
export function redis() {
  const server = find('redis-server');
  return server && isAtLeast(server, 7, 0) ? server : null;
}

/** A Chromium or Chrome of the system, or else the one Playwright has downloaded, or null. */
export function chromium() {
  const installed = find('chromium', 'chromium-browser', 'google-chrome', 'Google Chrome', 'Chromium');
  if (installed) return installed;
  const playwright = createRequire(path.join(root, 'e2e/'))('playwright-core');
  const downloaded = playwright.chromium.executablePath();
  return isExecutable(downloaded) ? downloaded : null;
}

/**
 * @param {string} program
 * @param {number} major
 * @param {number} minor
 */
function isAtLeast(program, major, minor) {
  const said = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout ?? '';
  const [, actualMajor = 0, actualMinor = 0] = /(\d+)\.(\d+)/.exec(said)?.map(Number) ?? [];
  return actualMajor > major || (actualMajor === major && actualMinor >= minor);
}
