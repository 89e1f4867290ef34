import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';

/**
 * Listens on the port for a moment: on all addresses, or on the host's.
 * @param {number} port 0 asks the system for any free one
 * @param {string} [host]
 * @returns {Promise<number | null>} the port, or null when someone holds it
 */
export function tryPort(port, host) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (/** @type {NodeJS.ErrnoException} */ error) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(null) : reject(error),
    );
    probe.listen({ port, host, exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : null));
    });
  });
}

/**
 * Whether nobody listens on the port, on this machine's loopback nor on all its addresses.
 * @param {number} port
 */
export async function isFree(port) {
  return (await tryPort(port, '127.0.0.1')) !== null && (await tryPort(port)) !== null;
}

/**
 * The first free port from `start` on, of a hundred.
 * @param {number} start
 */
export async function nextFreePort(start) {
  for (let port = start; port < start + 100 && port < 65536; port++) {
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port between ${start} and ${start + 99}`);
}

/**
 * Who listens on the port, for a person: `process 123: node server.js`. Null when the system does not tell.
 * @param {number} port
 */
export function holderOf(port) {
  const pid =
    /pid=(\d+)/.exec(run('ss', ['-Hltnp', `sport = :${port}`]))?.[1] ??
    /^p(\d+)$/m.exec(run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fp']))?.[1];
  return pid ? `process ${pid}: ${commandOf(Number(pid)).slice(0, 150)}` : null;
}

/**
 * The command line of a process; empty when there is no such process.
 * @param {number} pid
 */
export const commandOf = (pid) => run('ps', ['-o', 'args=', '-p', String(pid)]).trim();

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  return spawnSync(command, args, { encoding: 'utf8', timeout: 5000 }).stdout ?? '';
}
