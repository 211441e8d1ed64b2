/** An entry of a customer's history as the API returns it. Pure. */

import * as z from 'zod';
import { actorOf } from '../../../shared/domain/caller.ts';
import { type CustomerEvent, eventTypes } from '../../../shared/domain/event.ts';
import { instant, nextPageToken, time } from './fields.ts';

export const eventResponse = z
  .object({
    id: z.string(),
    type: z.enum(eventTypes).meta({ description: 'More types may be added.' }),
    time,
    by: z.string().nullable().meta({ description: 'The caller; null when the system acted by itself.' }),
    request: z.string().nullable().meta({ description: 'The `trace` of the request, as in a problem.' }),
    facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  })
  .meta({ id: 'Event' });

export const eventListResponse = z
  .object({ events: z.array(eventResponse), next_page_token: nextPageToken })
  .meta({ id: 'EventList' });

export function toEventResponse(event: CustomerEvent): z.infer<typeof eventResponse> {
  const actor = event.by ? actorOf(event.by) : undefined;
  return {
    id: event.id,
    type: event.type,
    time: instant(event.at),
    by: actor?.caller ?? null,
    request: actor?.request ?? null,
    facts: event.facts ?? {},
  };
}
