/** Reads the history of a customer: the events that the other flows commit together with what they change. */

import type { CustomerEvent } from '../domain/event.ts';
import type { Store } from '../ports.ts';
import { eventsOf } from '../storage/layout.ts';
import { type NewestFirst, type Position, readNewestFirst } from '../storage/pages.ts';

export async function listEvents(
  store: Store,
  customerId: string,
  page: { limit: number; after?: Position },
): Promise<NewestFirst<CustomerEvent>> {
  return readNewestFirst(store, eventsOf(customerId), page);
}
