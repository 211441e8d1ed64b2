/** The Firestore engine when responses are lost, and when there is no response at all. */

import { randomUUID } from 'node:crypto';
import { describe, expect, inject, test } from 'vitest';
import { firestoreStore } from '../../shared/adapters/google/firestore-store.ts';
import type { Store } from '../../shared/ports.ts';
import { type FlakyLink, flakyLink } from '../support/flaky-link.ts';

const emulators = inject('emulators');
const unavailable = { code: 'store_unavailable', message: 'The store cannot be reached at the moment.' };

async function over(target: string | undefined, work: (store: Store, link: FlakyLink) => Promise<void>): Promise<void> {
  const link = await flakyLink(target);
  const store = firestoreStore({ projectId: `test-${randomUUID()}`, emulatorHost: link.host });
  try {
    await work(store, link);
  } finally {
    await store.close();
    await link.close();
  }
}

describe.skipIf(!emulators)('the Firestore store, when an answer is lost', () => {
  const target = emulators?.firestoreHost;

  test('reads again', () =>
    over(target, async (store, link) => {
      await store.commit([{ set: 'things/a', data: { n: 1 } }]);
      link.loseAnswers(1);
      expect((await store.get('things/a'))?.data).toEqual({ n: 1 });
      link.loseAnswers(1);
      expect(await store.query({ collection: 'things', limit: 9 })).toHaveLength(1);
    }));

  test('commits again what has no precondition', () =>
    over(target, async (store, link) => {
      await store.get('things/a');
      link.loseAnswers(1);
      const [version] = await store.commit([{ set: 'things/a', data: { n: 1 } }]);
      expect(await store.get('things/a')).toEqual({ path: 'things/a', version, data: { n: 1 } });
    }));

  test('does not mistake its own first attempt for another writer', () =>
    over(target, async (store, link) => {
      await store.get('things/a');
      link.loseAnswers(1);
      const commit = store.commit([{ set: 'things/a', data: { n: 1 }, if: 'absent' }]);
      await expect(commit).rejects.toMatchObject(unavailable);
      expect((await store.get('things/a'))?.data).toEqual({ n: 1 });
    }));
});

describe('the Firestore store, without an answer', () => {
  // The SDK alone goes on for ten minutes: the test would time out.
  test.concurrent('gives up on a silent server by itself, reading and writing', () =>
    over(undefined, async (store) => {
      const commit = store.commit([{ set: 'things/a', data: {} }]);
      const calls = [store.get('things/a'), store.query({ collection: 'things', limit: 1 }), commit];
      const outcomes = await Promise.all(calls.map((call) => Promise.resolve(call).catch((error) => error)));
      for (const outcome of outcomes) expect(outcome).toMatchObject(unavailable);
    }));

  test.concurrent("says so when nobody listens, and keeps the SDK's error out of the failure", async () => {
    const store = firestoreStore({ projectId: 'test', emulatorHost: '127.0.0.1:1' });
    const failure = await store.get('things/a').catch((error) => error);
    expect(failure).toMatchObject(unavailable);
    expect(failure.detail).toEqual({ code: 'store_unavailable', cause: expect.stringContaining('ECONNREFUSED') });
    expect(failure.cause).toBeUndefined();
    await store.close();
  });
});
