/** The local side of the ports: what runs with nothing but Node. Brought by whoever starts a local stack; no deployed bundle holds it. */

import { fileSecrets } from './adapters/file-secrets.ts';
import { localCallers } from './adapters/local-callers.ts';
import { localQueue } from './adapters/local-queue.ts';
import { sqliteStore } from './adapters/sqlite-store.ts';
import type { LocalSides } from './composition.ts';

export const localSides: LocalSides = {
  store: ({ SQLITE_FILE }) => sqliteStore({ file: SQLITE_FILE }),
  queue: ({ QUEUE_FILE, QUEUE_ENDPOINT, SYNC_TOPIC }) =>
    localQueue({ file: QUEUE_FILE, endpoints: QUEUE_ENDPOINT ? { [SYNC_TOPIC]: QUEUE_ENDPOINT } : {} }),
  secrets: ({ SECRETS_FOLDER }) => fileSecrets({ folder: SECRETS_FOLDER }),
  callers: ({ CALLER_AUDIENCE }, secrets) => localCallers(secrets, CALLER_AUDIENCE),
};
