import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

interface Armed {
  name: string;
  left: number;
  dataDir: string;
}

/** What a thread inherits when it is started; each counts for itself. */
const INHERITED = 'xeno.failPoint';
let armed = (getEnvironmentData(INHERITED) ?? null) as Armed | null;

/**
 * For crash tests: the process dies at the `n`th time it comes to the point of that name. `spec` is `name` or `name@n`;
 * null disarms. `DATA_DIR/fail-points.log` gets a line with the name just before, so that a test knows that it was hit.
 */
export function armFailPoint(spec: string | null, dataDir: string): void {
  const [name = '', n = '1'] = spec?.split('@') ?? [];
  armed = spec === null ? null : { name, left: Number(n), dataDir };
  setEnvironmentData(INHERITED, armed ? { ...armed } : undefined);
}

/** A place where dying would be worst. Does nothing unless it is armed; then the process is killed as by `kill -9`. */
export function failPoint(name: string): void {
  if (armed?.name !== name || --armed.left > 0) return;
  mkdirSync(armed.dataDir, { recursive: true });
  appendFileSync(join(armed.dataDir, 'fail-points.log'), `${name}\n`);
  process.kill(process.pid, 'SIGKILL');
}
