/** How the tests run. Only suites that need the emulators wait for them. */

import { defineConfig } from 'vitest/config';

/** Suites that may use the emulators: the contracts, and elsewhere what is named for it. */
const onEmulators = ['test/contracts/**/*.test.ts', 'test/**/*.emulators.test.ts'];

const test = {
  pool: 'forks' as const,
  // These only end what hangs: a busy machine may take its time.
  testTimeout: 300_000,
  hookTimeout: 300_000,
  setupFiles: ['test/support/setup.ts'],
  // Google's libraries would look for the metadata server of a cloud machine.
  env: { METADATA_SERVER_DETECTION: 'none' },
};

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { ...test, name: 'plain', include: ['test/**/*.test.ts'], exclude: onEmulators } },
      {
        test: {
          ...test,
          name: 'emulators',
          include: onEmulators,
          globalSetup: 'test/support/emulators-setup.ts',
        },
      },
    ],
  },
});
