/** Prints what a first visit downloads of script, page by page, and fails where that is more than the limit. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const LIMIT_KB = 170;
const dist = new URL('../dist/', import.meta.url);

interface Chunk {
  file: string;
  src?: string;
  isEntry?: boolean;
  imports?: string[];
  dynamicImports?: string[];
}
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8')) as Record<string, Chunk>;

/** A chunk with all that it cannot run without. */
function closure(key: string, found = new Set<string>()): Set<string> {
  if (found.has(key)) return found;
  found.add(key);
  for (const needed of manifest[key]?.imports ?? []) closure(needed, found);
  return found;
}

const kilobytes = (files: Iterable<string>) =>
  [...files].reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length, 0) / 1000;
const scriptsOf = (keys: Iterable<string>) => new Set([...keys].map((key) => manifest[key]!.file));

const entry = Object.keys(manifest).find((key) => manifest[key]?.isEntry);
if (!entry) throw new Error('no entry in the manifest: run the build first');
const shared = scriptsOf(closure(entry)).add('color-scheme.js');
const isPage = (key: string) => /^src\/features\/.*(page|login|register|connect-error)\.tsx$/.test(key);

let tooBig = false;
console.log(`shared by all pages: ${kilobytes(shared).toFixed(1)} KB of script, compressed`);
for (const key of Object.keys(manifest).filter((key) => manifest[key]?.src && key !== entry)) {
  const own = [...scriptsOf(closure(key))].filter((file) => !shared.has(file));
  const total = kilobytes(shared) + kilobytes(own);
  const over = isPage(key) && total > LIMIT_KB;
  tooBig ||= over;
  const first = isPage(key) ? `, first load ${total.toFixed(1)} KB${over ? ` > ${LIMIT_KB} KB` : ''}` : ' when needed';
  console.log(`${key}: +${kilobytes(own).toFixed(1)} KB${first}`);
}
if (tooBig) {
  console.error(`A first load is above ${LIMIT_KB} KB.`);
  process.exitCode = 1;
}
