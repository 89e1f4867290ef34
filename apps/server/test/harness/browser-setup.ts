import type { TestProject } from 'vitest/node';
import { ensureDashboard } from '../../../../scripts/lib/dashboard.mjs';
import { chromium } from '../../../../scripts/lib/programs.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Path of a Chromium, for Playwright's `executablePath`; null where there is none. */
    chromiumPath: string | null;
  }
}

/** Gives the tests in the browser the dashboard, built, and the browser. */
export default function setup(project: TestProject): void {
  ensureDashboard();
  project.provide('chromiumPath', chromium());
}
