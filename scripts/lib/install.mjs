import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { node24, Refusal, root, seconds } from './project.mjs';
import { hashOf, readStamp, writeStamp } from './stamp.mjs';

const lockFile = path.join(root, 'package-lock.json');
const stampFile = path.join(root, 'node_modules/.xeno-stamp');

/** Makes node_modules match the lock file, with Node 24 in it. Does nothing, and runs no npm, when it already does. */
export function ensureInstalled() {
  const stamp = `${hashOf([lockFile])} ${process.platform}-${process.arch}`;
  if (readStamp(stampFile) !== stamp) {
    if (!installedByHand()) install();
    writeStamp(stampFile, stamp);
  }
  if (!existsSync(node24)) bringNode24();
}

function install() {
  console.log('Installing dependencies (npm ci; a minute or so, less with a warm cache) …');
  const started = performance.now();
  if (npm(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']) !== 0) {
    throw new Refusal(
      'npm ci failed; its message is above. Without network or behind a proxy, check `npm ping` and `npm config list`; ' +
        'otherwise remove node_modules and try again.',
    );
  }
  console.log(`Installed in ${seconds(started)}.`);
}

/** Whether npm's own record of node_modules, written at the end of an install, agrees with the lock file. */
function installedByHand() {
  const recordFile = path.join(root, 'node_modules/.package-lock.json');
  if (!existsSync(recordFile) || readStamp(stampFile)?.endsWith(`${process.platform}-${process.arch}`) === false) {
    return false;
  }
  const wanted = packagesOf(lockFile);
  const record = packagesOf(recordFile);
  return (
    Object.entries(wanted).every(([name, { optional, version }]) =>
      name === '' || record[name] ? name === '' || record[name]?.version === version : optional,
    ) && Object.keys(record).every((name) => wanted[name])
  );
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

/** The package `node` fetches its program in an install script, which `ignore-scripts` leaves out. */
function bringNode24() {
  console.log('Fetching Node 24 (its install script was not run) …');
  const folder = path.dirname(path.dirname(node24));
  spawnSync(process.execPath, ['installArchSpecificPackage.js'], {
    cwd: folder,
    stdio: 'inherit',
    env: { ...process.env, npm_config_ignore_scripts: 'false' },
  });
  if (spawnSync(node24, ['--version']).status !== 0) {
    throw new Refusal(
      `Node 24 could not be installed in ${folder}. It comes from npm for Linux (glibc), macOS and Windows; ` +
        'check that npm may fetch packages and run the install script of `node`, then remove node_modules and try again.',
    );
  }
}

/**
 * Runs the npm that started us, else the one on the PATH, by the Node it belongs to (`npm ci` deletes the one in
 * node_modules).
 * @param {string[]} args
 */
function npm(args) {
  const { npm_execpath: cli, npm_node_execpath: node = process.execPath } = process.env;
  const result = cli?.endsWith('.js')
    ? spawnSync(node, [cli, ...args], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (result.error) throw new Refusal(`npm could not be started (${result.error.message}). Is it on the PATH?`);
  return result.status;
}
