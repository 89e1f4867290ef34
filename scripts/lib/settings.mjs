import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { commandOf, holderOf, isFree, nextFreePort } from './ports.mjs';
import { Refusal, root } from './project.mjs';

/** Takes the settings of `.env`, if there is one; the environment goes before it. Answers the data folder, made if needed. */
export function loadSettings() {
  const file = path.join(root, '.env');
  if (existsSync(file)) process.loadEnvFile(file);
  const folder = path.resolve(root, setting('DATA_DIR') ?? '.data');
  makeFolder(folder);
  process.env.DATA_DIR = folder;
  return folder;
}

/** @param {string} folder */
function makeFolder(folder) {
  const missing = [];
  // one by one: where no folder can be made, as in /proc, `recursive` tries for ever
  for (let at = folder; !existsSync(at); at = path.dirname(at)) missing.unshift(at);
  try {
    for (const one of missing) mkdirSync(one, { mode: 0o700 });
    accessSync(`${folder}/.`, constants.W_OK);
  } catch (error) {
    throw new Refusal(
      `DATA_DIR cannot be a folder to write to (${/** @type {Error} */ (error).message}). Choose another one.`,
    );
  }
}

/**
 * A variable of the environment; an empty one counts as unset.
 * @param {string} name
 */
export const setting = (name) => process.env[name]?.trim() || undefined;

/**
 * The port to serve on: `PORT`, which must be free, or the first free one from 3000 on.
 * @returns {Promise<number>}
 */
export async function choosePort() {
  const wished = setting('PORT');
  const port = Number(wished ?? 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Refusal(`PORT must be 0 to 65535, not ${wished}`);
  if (port === 0 || (await isFree(port))) return port;
  const holder = holderOf(port) ?? 'a process that this user may not see';
  if (wished) throw new Refusal(`Port ${port} is taken by ${holder}. End it, or choose another PORT.`);
  const other = await nextFreePort(port + 1);
  console.log(`Port ${port} is taken by ${holder}. Using ${other}.`);
  return other;
}

/**
 * Refuses if another `npm start` works on this data folder. One that is about to stop gets some seconds to do so.
 * @param {string} folder
 */
export async function refuseSecondStart(folder) {
  const patience = performance.now() + 5000;
  let other = readRunning(folder);
  while (other && performance.now() < patience) {
    await delay(200);
    other = readRunning(folder);
  }
  if (!other) return;
  throw new Refusal(
    `Xeno already runs on ${folder}: http://localhost:${other.port} (process ${other.pid}). ` +
      'Stop that one first, or give this one a folder of its own by DATA_DIR.',
  );
}

/**
 * Leaves word in the data folder that this process works on it.
 * @param {string} folder
 * @param {number} port
 * @returns {() => void} takes the word back
 */
export function announce(folder, port) {
  writeFileSync(runningFile(folder), `${JSON.stringify({ pid: process.pid, port })}\n`);
  return () => rmSync(runningFile(folder), { force: true });
}

/** @param {string} folder */
const runningFile = (folder) => path.join(folder, 'running.json');

/**
 * @param {string} folder
 * @returns {{ pid: number, port: number } | null} null also when the process that wrote it is gone
 */
function readRunning(folder) {
  try {
    const running = JSON.parse(readFileSync(runningFile(folder), 'utf8'));
    return /scripts\/(start|dev)\.mjs/.test(commandOf(running.pid)) ? running : null;
  } catch {
    return null;
  }
}
