import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    environment: 'node',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // real git and real processes on two cores
    maxWorkers: 2,
    globalSetup: ['test/rig/build.ts'],
    setupFiles: ['test/rig/isolation.ts'],
  },
});
