/** The suites of this folder that a store engine can decide, on the official Firestore emulator. */

import { describe, inject } from 'vitest';

describe.skipIf(!inject('emulators'))('with the emulators', async () => {
  await import('./accepted-values.test.ts');
  await import('./concurrency.test.ts');
  await import('./refused-requests.test.ts');
  await import('./tenants.test.ts');
});
