import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';

/**
 * Whether the port can be listened on. Without a host all addresses count, as for the server itself.
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
 * The first free port from `start` on, of a hundred.
 * @param {number} start
 */
export async function nextFreePort(start) {
  for (let port = start; port < start + 100 && port < 65536; port++) {
    if ((await tryPort(port)) !== null) return port;
  }
  throw new Error(`no free port between ${start} and ${start + 99}`);
}

/**
 * Who listens on the port, in words for a person: `node (process 123)`. Null when the system does not tell.
 * @param {number} port
 */
export function holderOf(port) {
  const bySs = run('ss', ['-Hltnp', `sport = :${port}`]);
  const found = /users:\(\("([^"]+)",pid=(\d+)/.exec(bySs);
  const pid = found?.[2] ?? /^p(\d+)$/m.exec(run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fp']))?.[1];
  if (!pid) return null;
  const command = run('ps', ['-o', 'args=', '-p', pid]).trim() || found?.[1] || 'unknown command';
  return `process ${pid} (${command.length > 120 ? `${command.slice(0, 120)}…` : command})`;
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  return spawnSync(command, args, { encoding: 'utf8', timeout: 5000 }).stdout ?? '';
}
