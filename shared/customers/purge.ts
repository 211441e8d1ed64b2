/** Clears away what a deleted customer has left behind; may be repeated, and goes on where it stopped. */

import type { Ports } from '../ports.ts';
import {
  catalogOf,
  customerPath,
  eventsOf,
  heldOf,
  removalPath,
  rosterOf,
  syncHeadPath,
  syncsOf,
  usersOf,
} from '../storage/layout.ts';
import { sendMessage } from '../storage/messages.ts';

const defaultBudgetMs = 7 * 60_000;
/** Documents of this size are fetched to learn their names: few where they are large. */
const collections: { of: (id: string) => string; atOnce: number }[] = [
  { of: usersOf, atOnce: 400 },
  { of: rosterOf, atOnce: 10 },
  { of: heldOf, atOnce: 10 },
  { of: syncsOf, atOnce: 100 },
  { of: catalogOf, atOnce: 10 },
  { of: eventsOf, atOnce: 400 },
];

/**
 * The directory goes first: after that no sync of the customer can commit anything, so what is then deleted stays so.
 * When `budgetMs` is used up, another message goes on.
 * @throws Failure `store_unavailable`, `queue_unavailable`
 */
export async function purgeCustomer(ports: Ports, customerId: string, budgetMs = defaultBudgetMs): Promise<void> {
  const { store, clock } = ports;
  if (await store.get(customerPath(customerId))) return;
  await store.commit([{ delete: syncHeadPath(customerId) }]);
  const endsAt = clock.now() + budgetMs;
  for (const { of, atOnce } of collections) {
    while (true) {
      if (clock.now() >= endsAt) {
        await sendMessage(ports, { customer: customerId, purge: true });
        return;
      }
      const found = await store.query({ collection: of(customerId), limit: atOnce });
      if (found.length > 0) await store.commit(found.map(({ path }) => ({ delete: path })));
      if (found.length < atOnce) break;
    }
  }
  await store.commit([{ delete: removalPath(customerId) }]);
}
