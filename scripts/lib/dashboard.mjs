import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { node24, Refusal, root, seconds } from './project.mjs';
import { hashOf, readStamp, writeStamp } from './stamp.mjs';

export const dashboardFolder = path.join(root, 'apps/dashboard');

/** The command line of Vite. */
export const vite = () =>
  path.join(path.dirname(createRequire(`${dashboardFolder}/`).resolve('vite/package.json')), 'bin/vite.js');

/** Builds the dashboard into `apps/dashboard/dist`, unless nothing it is made of changed since it was built last. */
export function ensureDashboard() {
  const sources = [dashboardFolder, path.join(root, 'packages/contracts'), path.join(root, 'package-lock.json')];
  const stamp = hashOf(sources, ['dist', 'node_modules']);
  const stampFile = path.join(dashboardFolder, 'dist/.stamp');
  if (readStamp(stampFile) === stamp) return;

  console.log('Building the dashboard …');
  const started = performance.now();
  // whatever the caller runs as: of a test's environment the slow and large build for development would be made
  const env = { ...process.env, NODE_ENV: 'production' };
  const options = /** @type {const} */ ({ cwd: dashboardFolder, env, encoding: 'utf8' });
  const { status, stdout, stderr } = spawnSync(node24, [vite(), 'build'], options);
  if (status !== 0) throw new Refusal(`The dashboard could not be built:\n${stdout}${stderr}`);
  writeStamp(stampFile, stamp);
  console.log(`Built in ${seconds(started)}.`);
}
