import { randomUUID } from 'node:crypto';
import { describe, inject } from 'vitest';
import { firestoreStore } from '../../../shared/adapters/google/firestore-store.ts';
import { tellEdges } from './edges.ts';

const emulators = inject('emulators');

describe.skipIf(!emulators)('the edges of the API, on the official Firestore emulator', () => {
  tellEdges(() => firestoreStore({ projectId: `test-${randomUUID()}`, emulatorHost: emulators!.firestoreHost }));
});
