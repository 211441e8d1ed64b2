/** Starts the emulators once for a test run and tells every suite where they are: `inject('emulators')`. */

import type { TestProject } from 'vitest/node';
import { startEmulators } from '../../local/emulators.ts';
import { firestoreStore } from '../../shared/adapters/google/firestore-store.ts';

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
  await warmUp(firestoreHost);
  project.provide('emulators', { firestoreHost, pubsubHost });
  return stop;
}

/**
 * A JVM that has just started takes longer for a large commit than the store waits, where the machine is busy. So no suite
 * begins before one has succeeded.
 */
async function warmUp(emulatorHost: string): Promise<void> {
  const store = firestoreStore({ projectId: 'warm-up', emulatorHost });
  const paths = Array.from({ length: 500 }, (_, index) => `things/${index}`);
  for (let tries = 1; ; tries++) {
    try {
      await store.commit(paths.map((set) => ({ set, data: { text: set.repeat(20) } })));
      await store.getMany(paths);
      break;
    } catch (error) {
      if (tries === 20) throw error;
    }
  }
  await store.close();
}
