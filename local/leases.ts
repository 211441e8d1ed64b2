/** Ends the leases that a killed local stack has left. Only the owner of the data may do this: a lease of a live process protects its work. */

import type { Connection } from '../shared/domain/connection.ts';
import type { SyncHead } from '../shared/domain/sync-head.ts';
import type { Store } from '../shared/ports.ts';
import { connections, syncHeads } from '../shared/storage/layout.ts';
import { everyDocument } from '../shared/storage/pages.ts';

/** @returns how many leases it has ended */
export async function endLeases(store: Store): Promise<number> {
  return (await endLeasesIn<Connection>(store, connections)) + (await endLeasesIn<SyncHead>(store, syncHeads));
}

async function endLeasesIn<Leased extends { lease?: unknown }>(store: Store, collection: string): Promise<number> {
  let ended = 0;
  for await (const { path, data, version } of everyDocument<Leased>(store, { collection })) {
    if (data.lease === undefined) continue;
    const { lease: _lease, ...rest } = data;
    await store.commit([{ set: path, data: rest, if: { version } }]);
    ended += 1;
  }
  return ended;
}
