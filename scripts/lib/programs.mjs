import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

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
  for (const name of names) {
    for (const folder of folders) {
      const file = path.join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // not here
      }
    }
  }
  return null;
}

/** MariaDB's server and the program that makes its first tables, or null unless both are there. */
export function mariaDb() {
  const server = find('mariadbd');
  const installer = find('mariadb-install-db');
  return server && installer ? { server, installer } : null;
}

export const redis = () => find('redis-server');

export const chromium = () => find('chromium', 'chromium-browser', 'google-chrome', 'Google Chrome', 'Chromium');

/**
 * What a program says about its version, in a few words.
 * @param {string} file
 */
export function versionOf(file) {
  const said = spawnSync(file, ['--version'], { encoding: 'utf8' }).stdout ?? '';
  return /\d+(\.\d+)+/.exec(said)?.[0] ?? 'version unknown';
}
