import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const MODULE = new URL('./fail-points.ts', import.meta.url).href;

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'xeno-fail-'))));
afterEach(() => rmSync(dir, { recursive: true }));

/** Runs a program of three lines, in which both functions are at hand. */
function run(program: string) {
  const code = `import { armFailPoint, failPoint } from ${JSON.stringify(MODULE)};
    import { Worker } from 'node:worker_threads';
    const dir = ${JSON.stringify(join(dir, 'data'))};
    ${program}`;
  const { signal, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
  const log = join(dir, 'data/fail-points.log');
  return { signal, stdout: stdout.trim(), log: existsSync(log) ? readFileSync(log, 'utf8') : null };
}

test('nothing happens where none is armed, or another one', () => {
  expect(run("failPoint('a'); console.log('alive')")).toEqual({ signal: null, stdout: 'alive', log: null });
  const other = run("armFailPoint('b', dir); failPoint('a'); console.log('alive')");
  expect(other).toEqual({ signal: null, stdout: 'alive', log: null });
  const disarmed = run("armFailPoint('a', dir); armFailPoint(null, dir); failPoint('a'); console.log('alive')");
  expect(disarmed).toEqual({ signal: null, stdout: 'alive', log: null });
});

test('at the nth time the process is killed, and the log says where', () => {
  const program = "armFailPoint('a.b@3', dir); for (let i = 1; ; i++) { console.log(i); failPoint('a.b'); }";
  expect(run(program)).toEqual({ signal: 'SIGKILL', stdout: '1\n2\n3', log: 'a.b\n' });
});

test('threads are armed too, and take the whole process with them', () => {
  const thread = `import(${JSON.stringify(MODULE)}).then(({ failPoint }) => failPoint('a'))`;
  const program = `armFailPoint('a', dir); new Worker(${JSON.stringify(thread)}, { eval: true }); setTimeout(() => {}, 20_000)`;
  expect(run(program)).toMatchObject({ signal: 'SIGKILL', log: 'a\n' });
});
