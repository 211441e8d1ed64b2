/** Reads the syncs of a customer: one, or a page of all that are stored. */

import { Failure } from '../domain/failure.ts';
import type { SyncRun } from '../domain/sync-run.ts';
import type { Store } from '../ports.ts';
import { runPath, syncsOf } from '../storage/layout.ts';
import { type NewestFirst, type Position, readNewestFirst } from '../storage/pages.ts';

export async function listSyncs(
  store: Store,
  customerId: string,
  page: { limit: number; after?: Position },
): Promise<NewestFirst<SyncRun>> {
  return readNewestFirst(store, syncsOf(customerId), page);
}

/** @throws Failure `not_found` */
export async function readSync(store: Store, customerId: string, id: string): Promise<SyncRun> {
  const run = await store.get<SyncRun>(runPath({ customerId, id }));
  if (!run) throw new Failure('not_found', 'There is no such sync.');
  return run.data;
}
