import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const READY_MS = 90_000;

export interface Started {
  url: string;
  /** Origin of the sandbox that was started along. */
  sandboxUrl: string;
  /** Everything that was printed so far. */
  output(): string;
  /** Ctrl-C; resolves with the exit code. */
  interrupt(): Promise<number | null>;
  /** As when the power fails: the whole process group at once. */
  kill(): Promise<void>;
}

/** A data folder that vanishes with `remove`. */
export async function dataFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'xeno-e2e-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Runs what `npm start` runs, on a free port, and waits until it says that it is ready. */
export async function start(dataDir: string): Promise<Started> {
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: ROOT,
    env: { ...withoutSettings(process.env), DATA_DIR: dataDir, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
  const ready = new Promise<string>((done, fail) => {
    const take = (chunk: Buffer) => {
      output += chunk.toString();
      const url = /Xeno is ready: (http:\/\/\S+)/.exec(output)?.[1];
      if (url) done(url);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    void ended.then((code) => fail(new Error(`npm start ended (${code}):\n${output}`)));
    setTimeout(() => fail(new Error(`npm start was not ready in time:\n${output}`)), READY_MS).unref();
  });
  const url = await ready.catch((error: unknown) => {
    signalGroup(child, 'SIGKILL');
    throw error;
  });
  return {
    url,
    sandboxUrl: /sandbox listening on (http:\/\/\S+)/.exec(output)?.[1] ?? '',
    output: () => output,
    async interrupt() {
      signalGroup(child, 'SIGINT');
      return ended;
    },
    async kill() {
      signalGroup(child, 'SIGKILL');
      await ended;
    },
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, signal);
  } catch {
    // it has ended already
  }
}

/** The test's own environment may name databases and keys; this start is to be one on embedded defaults. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const settings =
    /^(DATABASE_URL|REDIS_URL|APP_URL|SHOPIFY_\w+|JWT_SECRET|ENCRYPTION_KEY|NODE_ENV|NODE_OPTIONS|VITEST\w*)$/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !settings.test(name)));
}
