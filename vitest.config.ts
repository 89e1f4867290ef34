import { defineConfig } from 'vitest/config';

const services = 'apps/server/test/harness/global-setup.ts';
const templates = 'apps/server/test/harness/template-setup.ts';
const browser = 'apps/server/test/harness/browser-setup.ts';
const integration = ['apps/server/test/integration/**/*.test.ts'];
const e2e = ['e2e/**/*.test.ts'];

// Node runs TypeScript itself, as it does outside of tests; the dashboard's units alone need Vite for their JSX.
const native = { viteModuleRunner: false };

// One group after another, so that a browser never competes with everything. Integration tests wait a good part of their
// time, for a lease, a sweep, a pause between tries: two at once leave a quarter of two cores idle.
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{apps,packages,scripts,bench}/**/*.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', '**/dist/**', ...integration],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: integration,
          experimental: native,
          globalSetup: [services, templates],
          sequence: { groupOrder: 1 },
          maxWorkers: 3,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: e2e,
          experimental: native,
          globalSetup: [services, browser],
          sequence: { groupOrder: 2 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
