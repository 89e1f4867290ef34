import { defineConfig } from 'vitest/config';

// npm run soak: long, with a seed and a report; not part of npm test
export default defineConfig({
  test: {
    name: 'soak',
    pool: 'forks',
    include: ['apps/server/test/soak/*.soak.ts'],
    globalSetup: 'apps/server/test/harness/global-setup.ts',
    disableConsoleIntercept: true,
  },
});
