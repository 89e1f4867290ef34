import { existsSync, readFileSync } from 'node:fs';

/**
 * Counts the tests in a report of vitest's JSON reporter. A file that could not be run counts as one failed test, and
 * so does a report that was never written.
 * @param {string} report path
 */
export function countTests(report) {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  /** @type {{ testResults: { status: string, assertionResults: { status: string }[] }[] }} */
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const tests = testResults.flatMap((file) => file.assertionResults);
  const unrunnable = testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  const passed = tests.filter((test) => test.status === 'passed').length;
  const failed = tests.filter((test) => test.status === 'failed').length;
  return { passed, failed: failed + unrunnable.length, skipped: tests.length - passed - failed };
}
