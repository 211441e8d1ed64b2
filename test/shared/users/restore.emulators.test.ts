/** The same suite on the official Firestore emulator. */

import { describe, inject } from 'vitest';

describe.skipIf(!inject('emulators'))('with the emulators', async () => {
  await import('./restore.test.ts');
});
