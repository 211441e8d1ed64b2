/** The store engine that a suite runs on: SQLite, or Firestore where the suite is imported by a test of the emulators. */

import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { firestoreStore } from '../../shared/adapters/google/firestore-store.ts';
import { sqliteStore } from '../../shared/adapters/local/sqlite-store.ts';
import type { Store } from '../../shared/ports.ts';

/** Only the project of the emulators provides them. */
const emulators = inject('emulators') as { firestoreHost: string } | null | undefined;

export const engineName = emulators ? 'Firestore' : 'SQLite';

/** A new and empty store. It deletes no expired document: code must judge expiry itself. */
export function openStore(): Store {
  if (!emulators) return sqliteStore({ file: ':memory:', now: () => 0 });
  return firestoreStore({ projectId: `test-${randomUUID()}`, emulatorHost: emulators.firestoreHost });
}
