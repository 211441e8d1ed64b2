/** The suites of this folder that a store engine can decide, on the official Firestore emulator. */

import { describe, inject } from 'vitest';

describe.skipIf(!inject('emulators'))('with the emulators', async () => {
  await import('./idempotency.test.ts');
  await import('./transact.test.ts');
});
