/** Deletes everything that a deleted customer has left behind. If it is interrupted, the next call continues. */

import type { Ports } from '../ports.ts';
import {
  catalogOf,
  customerPath,
  eventsOf,
  feedOf,
  heldOf,
  removalPath,
  rosterOf,
  syncHeadPath,
  syncsOf,
  usersOf,
} from '../storage/layout.ts';
import { sendMessage } from '../storage/messages.ts';

const defaultBudgetMs = 7 * 60_000;
/** A query returns whole documents, so `limit` is small where they are large. */
const collections: { of: (id: string) => string; limit: number }[] = [
  { of: usersOf, limit: 400 },
  { of: feedOf, limit: 400 },
  { of: rosterOf, limit: 10 },
  { of: heldOf, limit: 10 },
  { of: syncsOf, limit: 100 },
  { of: catalogOf, limit: 10 },
  { of: eventsOf, limit: 400 },
];

/**
 * Deletes the head first: after that no sync of the customer can commit, so what is deleted stays deleted.
 * When `budgetMs` is used up, a message has another call continue.
 * @throws Failure `store_unavailable`, `queue_unavailable`
 */
export async function purgeCustomer(ports: Ports, customerId: string, budgetMs = defaultBudgetMs): Promise<void> {
  const { store, clock } = ports;
  if (await store.get(customerPath(customerId))) return;
  await store.commit([{ delete: syncHeadPath(customerId) }]);
  const endsAt = clock.now() + budgetMs;
  for (const { of, limit } of collections) {
    while (true) {
      if (clock.now() >= endsAt) {
        await sendMessage(ports, { customer: customerId, purge: true });
        return;
      }
      const found = await store.query({ collection: of(customerId), limit });
      if (found.length > 0) await store.commit(found.map(({ path }) => ({ delete: path })));
      if (found.length < limit) break;
    }
  }
  await store.commit([{ delete: removalPath(customerId) }]);
}
