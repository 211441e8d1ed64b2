import { randomUUID } from 'node:crypto';
import { describe, inject } from 'vitest';
import { firestoreStore } from '../../../shared/adapters/google/firestore-store.ts';
import { tellConcurrency } from './concurrency.ts';

const emulators = inject('emulators');

describe.skipIf(!emulators)('many callers at once, on the official Firestore emulator', () => {
  tellConcurrency(() => firestoreStore({ projectId: `test-${randomUUID()}`, emulatorHost: emulators!.firestoreHost }));
});
