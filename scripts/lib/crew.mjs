import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { node24, root } from './project.mjs';

const exitWithParent = pathToFileURL(path.join(root, 'scripts/lib/exit-with-parent.mjs')).href;
const compileCache = path.join(root, 'node_modules/.cache/node-compile');
/** So long a process may take to stop by itself, in ms. */
const PATIENCE = 20_000;
/** MB. Of what lasts: V8 lets new objects take up to three times as much before it looks which of them live on. */
const SEMI_SPACE = 12;

/**
 * Starts a program by Node 24. It ends when this process ends, in whatever way.
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, cwd?: string, pipe?: boolean }} [options] `pipe`: its output is for us to read
 */
function startNode24(args, { env, cwd = root, pipe = false } = {}) {
  return spawn(node24, ['--import', exitWithParent, ...args], {
    cwd,
    // a heap of the C library for each thread would double the memory taken, and large buffers would leave holes in it;
    // compiled code is kept between starts, which then take half the time
    env: {
      MALLOC_ARENA_MAX: '2',
      MALLOC_MMAP_THRESHOLD_: '131072',
      MALLOC_TRIM_THRESHOLD_: '131072',
      NODE_COMPILE_CACHE: compileCache,
      ...process.env,
      ...env,
      XENO_EXIT_WITH_PARENT: '1',
    },
    detached: true, // a group of its own: a Ctrl-C in the terminal reaches it through us alone
    stdio: ['ignore', pipe ? 'pipe' : 'inherit', 'inherit', 'ipc'],
  });
}

/**
 * Calls `stop` at the first signal to end, or when the npm that started us is gone, and `kill` at a second signal.
 * @param {() => void} stop
 * @param {() => void} kill
 */
function onSignal(stop, kill) {
  /** @type {number | null} */
  let first = null;
  const onEnd = () => {
    if (first === null) {
      first = performance.now();
      stop();
    } else if (performance.now() - first > 1000) {
      // Sooner it is no second one: npm hands on the Ctrl-C that the terminal has sent to us as well.
      kill();
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onEnd);

  const parent = process.ppid;
  if (!process.env.npm_lifecycle_event) return;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    onEnd();
  }, 500).unref();
}

/**
 * Runs a program by Node 24 that ends by itself.
 * @param {string[]} args
 * @param {{ env?: Record<string, string> }} [options]
 * @returns {Promise<number>} its exit code
 */
export async function runToEnd(args, options) {
  const child = startNode24(args, options);
  onSignal(
    () => child.kill('SIGINT'),
    () => child.kill('SIGKILL'),
  );
  const [code] = await once(child, 'exit');
  return code ?? 1;
}

/**
 * The lasting processes of one command. They stop, the last first, on a signal or when one of them ends unasked.
 */
export class Crew {
  /** @type {{ name: string, child: import('node:child_process').ChildProcess, exited: Promise<unknown[]> }[]} */
  #members = [];
  #stopping = false;
  /** @type {(code: number) => void} */
  #finish = () => {};
  /** Resolves with the exit code of the command when everything has stopped. */
  ended = new Promise((/** @type {(code: number) => void} */ resolve) => (this.#finish = resolve));

  constructor() {
    const stop = () => {
      console.log('\nStopping …');
      void this.#stop(0);
    };
    onSignal(stop, () => {
      console.error('Killing what still runs.');
      for (const { child } of this.#members) child.kill('SIGKILL');
    });
  }

  /**
   * @param {string} name
   * @param {string[]} args
   * @param {{ env?: Record<string, string>, cwd?: string, until?: RegExp }} [options] `until`: wait for a line of its
   *   output that matches
   * @returns {Promise<boolean>} false if it, or the crew, ended instead
   */
  async start(name, args, { until, ...options } = {}) {
    if (this.#stopping) return false;
    const child = startNode24([`--max-semi-space-size=${SEMI_SPACE}`, ...args], {
      ...options,
      pipe: until !== undefined,
    });
    const exited = once(child, 'exit');
    this.#members.push({ name, child, exited });
    void exited.then(([code, signal]) => {
      if (this.#stopping) return;
      console.error(`The ${name} ended unexpectedly (${signal ?? `exit code ${code}`}).`);
      void this.#stop(1);
    });
    if (!until || !child.stdout) return true;
    const lines = createInterface({ input: child.stdout });
    return new Promise((resolve) => {
      lines.on('line', (line) => {
        console.log(line);
        if (until.test(line)) resolve(true);
      });
      void exited.then(() => resolve(false));
    });
  }

  /** @param {number} code */
  async #stop(code) {
    if (this.#stopping) return;
    this.#stopping = true;
    for (const { name, child, exited } of this.#members.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      const late = setTimeout(() => {
        console.error(`The ${name} did not stop within ${PATIENCE / 1000} s and is killed.`);
        child.kill('SIGKILL');
      }, PATIENCE);
      await exited;
      clearTimeout(late);
    }
    this.#finish(code);
  }
}
