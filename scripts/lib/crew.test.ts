import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const MEMBER = `
const [name, end] = process.argv.slice(2);
process.on('SIGTERM', () => setTimeout(() => { console.log(name + ' stops'); process.exit(0); }, 100));
setInterval(() => {}, 1000);
console.log(name + ' is ready, process ' + process.pid);
if (end) setTimeout(() => process.exit(Number(end)), 200);
`;

let folder: string;
let command: ChildProcessByStdio<null, Readable, null>;
let output: string;
let closed: Promise<unknown[]>;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'xeno-crew-'))));
afterEach(() => {
  command.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Runs a command whose crew is `first` and `second`, and waits until both are ready. */
async function runCrew(secondEnds = '') {
  const member = path.join(folder, 'member.mjs');
  const main = path.join(folder, 'main.mjs');
  writeFileSync(member, MEMBER);
  const crew = pathToFileURL(path.join(import.meta.dirname, 'crew.mjs')).href;
  writeFileSync(
    main,
    `import { Crew } from ${JSON.stringify(crew)};
    const crew = new Crew();
    const until = /is ready/;
    await crew.start('first', [${JSON.stringify(member)}, 'first'], { until });
    await crew.start('second', [${JSON.stringify(member)}, 'second', '${secondEnds}'], { until });
    process.exitCode = await crew.ended;`,
  );
  command = spawn(process.execPath, [main], { stdio: ['ignore', 'pipe', 'inherit'] });
  closed = once(command, 'close');
  output = '';
  command.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await vi.waitFor(() => expect(output).toContain('second is ready'), { timeout: 10_000 });
}

const pids = () => [...output.matchAll(/process (\d+)/g)].map((match) => Number(match[1]));
const alive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

it('stops the last first and ends with 0 on one Ctrl-C, though npm sends it twice', async () => {
  await runCrew();
  command.kill('SIGINT');
  command.kill('SIGINT');
  expect(await closed).toEqual([0, null]);
  expect(output.match(/\w+ stops/g)).toEqual(['second stops', 'first stops']);
  expect(pids().some(alive)).toBe(false);
});

it('stops the others and ends with 1 when one ends unasked', async () => {
  await runCrew('7');
  expect(await closed).toEqual([1, null]);
  expect(output.match(/\w+ stops/g)).toEqual(['first stops']);
});

it('leaves nobody behind when it is killed', async () => {
  await runCrew();
  expect(pids()).toHaveLength(2);
  command.kill('SIGKILL');
  await vi.waitFor(() => expect(pids().some(alive)).toBe(false), { timeout: 15_000 });
});
