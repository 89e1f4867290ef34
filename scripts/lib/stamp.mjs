import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * One hash of the names and contents of files and, recursively, folders. Missing ones count as empty.
 * @param {string[]} paths
 * @param {string[]} [leaveOut] names of folders and files not to look at
 */
export function hashOf(paths, leaveOut = []) {
  const hash = createHash('sha256');
  for (const start of paths) {
    for (const file of filesBelow(start, leaveOut)) {
      hash.update(`${path.relative(start, file)}\0`).update(createHash('sha256').update(readFileSync(file)).digest());
    }
  }
  return hash.digest('hex');
}

/**
 * @param {string} start
 * @param {string[]} leaveOut
 * @returns {string[]}
 */
function filesBelow(start, leaveOut) {
  let entries;
  try {
    entries = readdirSync(start, { withFileTypes: true });
  } catch (error) {
    const code = /** @type {NodeJS.ErrnoException} */ (error).code;
    if (code === 'ENOTDIR') return [start];
    if (code === 'ENOENT') return [];
    throw error;
  }
  return entries
    .filter((entry) => !leaveOut.includes(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = path.join(start, entry.name);
      if (entry.isDirectory()) return filesBelow(file, leaveOut);
      return entry.isFile() ? [file] : [];
    });
}

/**
 * What the stamp says, or null.
 * @param {string} file
 */
export function readStamp(file) {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}

/**
 * @param {string} file
 * @param {string} text
 */
export function writeStamp(file, text) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${text}\n`);
}
