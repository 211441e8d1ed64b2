/** The history of a customer: who did what, when, and in which request. */

import * as z from 'zod';
import { readCustomer } from '../../../shared/customers/records.ts';
import { actorOf } from '../../../shared/domain/caller.ts';
import { type CustomerEvent, eventTypes } from '../../../shared/domain/event.ts';
import type { Ports } from '../../../shared/ports.ts';
import { eventsOf } from '../../../shared/storage/layout.ts';
import { type Operation, operation } from '../api/endpoint.ts';
import { newestFirst } from '../api/newest-first.ts';
import { instant, orNull, time } from '../schemas/customer.ts';
import { pageQuery } from '../schemas/requests.ts';

export const eventShown = z
  .object({
    id: z.string(),
    type: z.enum(eventTypes).meta({ description: 'More may be added.' }),
    time,
    by: orNull(z.string()).meta({ description: 'The caller, or null where the system did it by itself.' }),
    request: orNull(z.string()).meta({ description: "The request's trace, as problems show it." }),
    facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  })
  .meta({ id: 'Event' });

function showEvent(event: CustomerEvent): z.infer<typeof eventShown> {
  const who = event.by ? actorOf(event.by) : undefined;
  return {
    id: event.id,
    type: event.type,
    time: instant(event.at),
    by: who?.caller ?? null,
    request: who?.request ?? null,
    facts: event.facts ?? {},
  };
}

export function historyOperations(ports: Ports): Operation[] {
  return [
    operation({
      id: 'listEvents',
      tag: 'history',
      summary: "A customer's history, newest first",
      method: 'get',
      path: '/{id}/events',
      role: 'reader',
      query: pageQuery,
      status: 200,
      shows: z.object({ events: z.array(eventShown), next_page_token: orNull(z.string()) }),
      async handle({ caller, role, params, query }) {
        await readCustomer(ports.store, caller, params.id!, role);
        const { items, next } = await newestFirst<CustomerEvent>(ports, eventsOf(params.id!), query);
        return { body: { events: items.map(showEvent), next_page_token: next } };
      },
    }),
  ];
}
