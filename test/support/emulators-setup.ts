/** Starts the emulators once for a test run and tells every suite where they are: `inject('emulators')`. */

import type { TestProject } from 'vitest/node';
import { startEmulators } from '../../local/emulators.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** `null` where there are none: suites that need them are left out. */
    emulators: { firestoreHost: string; pubsubHost: string } | null;
  }
}

/** With `REQUIRE_EMULATORS=1` (continuous integration) nothing may be left out. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const emulators = await startEmulators();
  if (emulators === undefined) {
    const message = 'emulators not found: the Firestore and Pub/Sub suites were left out';
    if (process.env.REQUIRE_EMULATORS === '1') throw new Error(message);
    console.warn(message);
    project.provide('emulators', null);
    return undefined;
  }
  const { firestoreHost, pubsubHost, stop } = emulators;
  project.provide('emulators', { firestoreHost, pubsubHost });
  return stop;
}
