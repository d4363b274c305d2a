import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    environment: 'node',
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // two cores; tests with real git and real processes wait for them a third of their time
    maxWorkers: 3,
    globalSetup: ['test/rig/build.ts'],
    setupFiles: ['test/rig/isolation.ts'],
  },
});
