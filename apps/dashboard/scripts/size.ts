/** Builds the dashboard in memory, prints what a first visit of each page downloads of script, and fails above the limit. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';

const LIMIT_KB = 170;
const root = fileURLToPath(new URL('..', import.meta.url));

const { output } = (await build({ root, logLevel: 'error', build: { write: false } })) as Rolldown.RolldownOutput;
const chunks = new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file] as const] : [])));

/** A chunk with all that it cannot run without. */
function closure(fileName: string, found = new Set<string>()): Set<string> {
  if (found.has(fileName)) return found;
  found.add(fileName);
  for (const needed of chunks.get(fileName)!.imports) closure(needed, found);
  return found;
}

const compressed = (code: string) => gzipSync(code, { level: 9 }).length / 1000;
const kilobytes = (files: Iterable<string>) =>
  [...files].reduce((sum, file) => sum + compressed(chunks.get(file)!.code), 0);

const entry = [...chunks.values()].find((chunk) => chunk.isEntry)!;
const every = closure(entry.fileName);
const shared = kilobytes(every) + compressed(readFileSync(`${root}/public/color-scheme.js`, 'utf8'));
console.log(`shared by all pages: ${shared.toFixed(1)} KB of script, compressed`);

const over: string[] = [];
for (const chunk of chunks.values()) {
  if (!chunk.isDynamicEntry || chunk.facadeModuleId === null) continue;
  const source = relative(root, chunk.facadeModuleId);
  const isPage = /^src\/features\/.*\.tsx$/.test(source) && chunk.exports.some((name) => name.endsWith('Page'));
  const own = kilobytes([...closure(chunk.fileName)].filter((file) => !every.has(file)));
  const total = shared + own;
  if (isPage && total > LIMIT_KB) over.push(source);
  console.log(
    `${source}: +${own.toFixed(1)} KB${isPage ? `, first load ${total.toFixed(1)} KB` : ' when it is wanted'}`,
  );
}
if (over.length > 0) {
  console.error(`A first load is above ${LIMIT_KB} KB: ${over.join(', ')}`);
  process.exitCode = 1;
}
