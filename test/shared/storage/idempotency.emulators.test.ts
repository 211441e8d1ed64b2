import { randomUUID } from 'node:crypto';
import { describe, inject } from 'vitest';
import { firestoreStore } from '../../../shared/adapters/google/firestore-store.ts';
import { tellIdempotency } from './idempotency.ts';

const emulators = inject('emulators');

describe.skipIf(!emulators)('an idempotency key, on the official Firestore emulator', () => {
  tellIdempotency(() => firestoreStore({ projectId: `test-${randomUUID()}`, emulatorHost: emulators!.firestoreHost }));
});
