import { randomUUID } from 'node:crypto';
import { inject, it } from 'vitest';
import { firestoreStore } from '../../shared/adapters/google/firestore-store.ts';
import { race } from './refresh.ts';

const emulators = inject('emulators');

it.skipIf(!emulators)(
  'exchanges every due token once, whatever number of processes find it due in Firestore',
  async () => {
    const firestore = { projectId: `race-${randomUUID().slice(0, 8)}`, emulatorHost: emulators!.firestoreHost };
    const store = firestoreStore(firestore);
    await race(store, { firestore });
    await store.close();
  },
  300_000,
);
