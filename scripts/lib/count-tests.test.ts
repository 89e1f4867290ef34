import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { countTests } from './count-tests.mjs';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'xeno-count-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const tests = (...statuses: string[]) => statuses.map((status) => ({ status }));

it('counts tests, and files that could not be run as failures', () => {
  const report = path.join(folder, 'report.json');
  const testResults = [
    { status: 'passed', assertionResults: tests('passed', 'passed', 'skipped', 'todo') },
    { status: 'failed', assertionResults: tests('passed', 'failed') },
    { status: 'failed', assertionResults: tests('skipped') },
    { status: 'failed', assertionResults: [] },
  ];
  writeFileSync(report, JSON.stringify({ testResults }));
  expect(countTests(report)).toEqual({ passed: 3, failed: 3, skipped: 3 });
});

it('counts a report that was never written as a failure', () => {
  expect(countTests(path.join(folder, 'none.json'))).toEqual({ passed: 0, failed: 1, skipped: 0 });
});
