/** The suites whose outcome an engine can decide, on the official Firestore emulator. */

import { describe, inject } from 'vitest';

describe.skipIf(!inject('emulators'))('with the emulators', async () => {
  await import('./checkpoint.test.ts');
  await import('./one-person.test.ts');
  await import('./request.test.ts');
  await import('./scim-total.test.ts');
  await import('./skipped.test.ts');
});
