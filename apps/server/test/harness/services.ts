import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { tryPort } from '../../../../scripts/lib/ports.mjs';
import { mariaDb, redis } from '../../../../scripts/lib/programs.mjs';

/** A server of our own on a free port of 127.0.0.1. `stop` ends it and removes its folder; a second call is harmless. */
export interface Service {
  url: string;
  /** Of the server itself, for tests that kill it. */
  readonly pid: number;
  /** Starts it again at the same address with what it had on disk; what still runs is killed first (SIGKILL). */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A MariaDB in a new folder inside `folder` (default: the system's temporary one). Durable as in production, each commit
 * is flushed; the footprint is small. The url, `mysql://root@127.0.0.1:PORT/`, names no database: see `freshDatabase`.
 */
export async function startMariaDb({ folder = tmpdir() }: { folder?: string } = {}): Promise<Service> {
  const programs = mariaDb();
  if (!programs) throw new Error('MariaDB is not installed (mariadbd, mariadb-install-db)');
  const home = await mkdtemp(path.join(folder, 'xeno-mariadb-'));
  // the temporary tables of others in the same folder are deleted by whoever starts
  const common = ['--no-defaults', `--datadir=${home}/data`, `--tmpdir=${home}`, '--innodb-log-file-size=64M'];
  if (process.getuid?.() === 0) common.push('--user=root');
  await promisify(execFile)(programs.installer, [
    ...common,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ]).catch(async (error: unknown) => {
    await rm(home, { recursive: true, force: true });
    throw error;
  });

  const port = await freePort();
  const daemon = await keep(home, programs.server, [
    ...common,
    `--socket=${home}/socket`,
    `--pid-file=${home}/pid`,
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    '--character-set-server=utf8mb4',
    '--innodb-flush-log-at-trx-commit=1',
    '--innodb-buffer-pool-size=256M',
    '--max-connections=200',
    '--max-allowed-packet=64M',
    '--performance-schema=OFF',
  ]);
  const url = `mysql://root@127.0.0.1:${port}/`;
  return serviceOf(url, daemon, async () => (await createConnection(url)).end());
}

/** A Redis to which commands can be given. */
export interface RedisService extends Service {
  command(text: string): Promise<void>;
}

/** A Redis that writes nothing to disk and evicts nothing, as a queue needs it. */
export async function startRedis(): Promise<RedisService> {
  const program = redis();
  if (!program) throw new Error('Redis is not installed (redis-server)');
  const home = await mkdtemp(path.join(tmpdir(), 'xeno-redis-'));
  const port = await freePort();
  const daemon = await keep(home, program, [
    ...['--bind', '127.0.0.1', '--port', String(port), '--dir', home],
    ...['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'],
  ]);
  const service = await serviceOf(`redis://127.0.0.1:${port}`, daemon, () => command(port, 'PING'));
  return Object.defineProperties(
    { command: (text: string) => command(port, text) },
    Object.getOwnPropertyDescriptors(service),
  ) as RedisService;
}

async function serviceOf(url: string, daemon: Daemon, attempt: () => Promise<unknown>): Promise<Service> {
  await ready(daemon, attempt);
  return {
    url,
    get pid() {
      return daemon.pid;
    },
    async restart() {
      await daemon.again();
      await ready(daemon, attempt);
    },
    stop: daemon.stop,
  };
}

/** Makes a database beside the others of the server at `baseUrl`, with what `script` makes in it. */
export async function freshDatabase(baseUrl: string, script = ''): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `xeno_${randomBytes(6).toString('hex')}`;
  const execute = async (sql: string) => {
    const connection = await createConnection({ uri: baseUrl, multipleStatements: true });
    await connection.query(sql).finally(() => connection.end());
  };
  await execute(`CREATE DATABASE ${name}; USE ${name}; ${script}`);
  return { url: new URL(name, baseUrl).href, drop: () => execute(`DROP DATABASE IF EXISTS ${name}`) };
}

interface Daemon {
  readonly pid: number;
  log(): Promise<string>;
  /** Kills it, if it lives, and runs it again. */
  again(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Runs a daemon under a shell that reads its standard input: each line runs the daemon anew. The input closes when
 * `stop` is called or when this process dies, by SIGKILL too; then the shell ends the daemon and removes its folder, so
 * nothing is left behind.
 */
async function keep(home: string, program: string, args: string[]): Promise<Daemon> {
  const keeper =
    'run() { "$@" >>"$FOLDER/log" 2>&1 & echo $!; }; end() { kill -9 $! 2>/dev/null; wait; }; ' +
    'run "$@"; while read _; do end; run "$@"; done; end; rm -rf "$FOLDER"';
  const shell = spawn('/bin/sh', ['-c', keeper, 'sh', program, ...args], {
    detached: true, // a Ctrl-C in the terminal is for us alone: we say when to stop
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, FOLDER: home },
  });
  const exited = once(shell, 'exit');
  const started = async () => Number(((await once(shell.stdout, 'data')) as [Buffer])[0]);
  let pid = await started();
  return {
    get pid() {
      return pid;
    },
    log: () => readFile(path.join(home, 'log'), 'utf8'),
    async again() {
      const next = started();
      shell.stdin.write('\n');
      pid = await next;
    },
    async stop() {
      shell.stdin.end();
      await exited;
    },
  };
}

/** Tries until it succeeds, for half a minute. */
async function ready(daemon: Daemon, attempt: () => Promise<unknown>): Promise<void> {
  for (const deadline = Date.now() + 30_000; ; await delay(50)) {
    try {
      await attempt();
      return;
    } catch (cause) {
      if (Date.now() < deadline) continue;
      const log = await daemon.log();
      await daemon.stop();
      throw new Error(`it does not answer; its log ends so:\n${log.slice(-2000)}`, { cause });
    }
  }
}

async function command(port: number, text: string): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write(`${text}\r\n`);
    await once(socket, 'data', { signal: AbortSignal.timeout(10_000) });
  } finally {
    socket.destroy();
  }
}

async function freePort(): Promise<number> {
  const port = await tryPort(0, '127.0.0.1');
  if (port === null) throw new Error('no free port on 127.0.0.1');
  return port;
}

// By hand: node apps/server/test/harness/services.ts
if (import.meta.main) {
  const services = await Promise.all([startMariaDb(), startRedis()]);
  const [mariaDbUrl, redisUrl] = services.map((service) => service.url);
  console.log(`TEST_DATABASE_URL=${mariaDbUrl}\nTEST_REDIS_URL=${redisUrl}\nCtrl-C ends them.`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await Promise.all(services.map((service) => service.stop()));
}
