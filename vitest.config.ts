import { defineConfig } from 'vitest/config';

// values in, values out: nothing one file leaves behind is seen by the next, so they need no modules of their own
const PURE = ['test/{core,files,agents}/**/*.test.ts'];
const REAL_AGENTS = ['test/real-agents/**/*.test.ts'];

export default defineConfig({
  test: {
    environment: 'node',
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // two cores; tests with real git and real processes wait for them a third of their time
    maxWorkers: 3,
    globalSetup: ['test/rig/build.ts'],
    setupFiles: ['test/rig/isolation.ts'],
    projects: [
      { extends: true, test: { name: 'pure', include: PURE, isolate: false } },
      { extends: true, test: { name: 'programs', include: ['test/**/*.test.{ts,tsx}'], exclude: [...PURE, ...REAL_AGENTS] } },
      // after the others; all files at once, because each waits now and then
      { extends: true, test: { name: 'real-agents', include: REAL_AGENTS, maxWorkers: 4, sequence: { groupOrder: 1 } } },
    ],
  },
});
