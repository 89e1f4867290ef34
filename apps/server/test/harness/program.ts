import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const BIN = path.resolve(import.meta.dirname, '../../src/bin');

/** What it takes over from the tests; compiled code that is kept halves the time of a start. */
const INHERITED = Object.fromEntries(
  ['PATH', 'NODE_COMPILE_CACHE'].flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
) as Record<string, string>;

/** One of the server's programs (`bin/NAME.ts`) as a process of its own. */
export class Program {
  /** Where it listens, if it does. */
  url = '';
  /** What it wrote so far, the last 20,000 characters. */
  said = '';
  #process: ChildProcess | null = null;
  readonly #name: string;
  readonly #env: Record<string, string>;

  constructor(name: string, env: Record<string, string>) {
    this.#name = name;
    this.#env = env;
  }

  get isRunning(): boolean {
    return this.#process !== null && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Starts it; resolves when it says that it is ready. `env` is for this time only. */
  async start(env: Record<string, string> = {}): Promise<void> {
    const child = spawn(process.execPath, [path.join(BIN, `${this.#name}.ts`)], {
      env: { ...INHERITED, PORT: '0', LOG_LEVEL: 'warn', ...this.#env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    let sinceStart = '';
    await new Promise<void>((resolve, reject) => {
      const listen = (chunk: Buffer) => {
        sinceStart = (sinceStart + chunk.toString()).slice(-20_000);
        this.said = (this.said + chunk.toString()).slice(-20_000);
        const [ready, port] = / ready(?:: https?:\/\/[^\s:]+:(\d+))?/.exec(sinceStart) ?? [];
        if (port) this.url = `http://127.0.0.1:${port}`;
        if (ready) resolve();
      };
      child.stdout.on('data', listen);
      child.stderr.on('data', listen);
      child.once('exit', (code, signal) =>
        reject(new Error(`${this.#name} ended with ${signal ?? code}:\n${sinceStart}`)),
      );
    });
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Asks it to stop; gives its exit code. */
  stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exit = once(child, 'exit');
    child.kill(signal);
    const [code] = (await exit) as [number | null];
    return code;
  }
}
