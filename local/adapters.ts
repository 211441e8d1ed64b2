/** The ports' local adapters, which need only Node. The local stack passes them to `compose`; no deployed bundle contains them. */

import { localCallers } from '../shared/adapters/local/callers.ts';
import { fileSecrets } from '../shared/adapters/local/file-secrets.ts';
import { localQueue } from '../shared/adapters/local/sqlite-queue.ts';
import { sqliteStore } from '../shared/adapters/local/sqlite-store.ts';
import type { LocalAdapters } from '../shared/compose.ts';

export const localAdapters: LocalAdapters = {
  store: ({ SQLITE_FILE }) => sqliteStore({ file: SQLITE_FILE }),
  queue: ({ QUEUE_FILE, QUEUE_ENDPOINT, SYNC_TOPIC }) =>
    localQueue({ file: QUEUE_FILE, endpoints: QUEUE_ENDPOINT ? { [SYNC_TOPIC]: QUEUE_ENDPOINT } : {} }),
  secrets: ({ SECRETS_FOLDER }) => fileSecrets({ folder: SECRETS_FOLDER }),
  callers: ({ CALLER_AUDIENCE }, secrets) => localCallers(secrets, CALLER_AUDIENCE),
};
