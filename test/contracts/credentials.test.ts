/** Without credentials every Google adapter fails at once with that reason, and the process keeps running. */

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { firestoreStore } from '../../shared/adapters/google/firestore-store.ts';
import { pubsubQueue } from '../../shared/adapters/google/pubsub-queue.ts';
import { secretManagerSecrets } from '../../shared/adapters/google/secret-manager.ts';

describe('without credentials', () => {
  beforeEach(() => {
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', '/nowhere/credentials.json');
  });
  afterEach(() => vi.unstubAllEnvs());

  test.for<[string, string, () => Promise<unknown>]>([
    ['Firestore', 'store_unavailable', () => firestoreStore({ projectId: 'test' }).get('things/a')],
    ['Pub/Sub', 'queue_unavailable', () => pubsubQueue({ projectId: 'test' }).publish('work', { data: {} })],
    ['Secret Manager', 'secrets_unavailable', () => secretManagerSecrets({ projectId: 'test' }).read('key')],
  ])('%s is "%s" at once', async ([, code, work]) => {
    await expect(work()).rejects.toMatchObject({
      code,
      detail: { cause: expect.stringContaining('/nowhere/credentials.json') },
    });
  });
});
