/** History and outbox: what happened is committed with the change itself, then published; a crash in between loses nothing. */

import { randomBytes } from 'node:crypto';
import { type CustomerEvent, type EventDraft, isPublished, timeOrderedId, toCloudEvent } from '../domain/event.ts';
import { codeOf } from '../domain/failure.ts';
import { day } from '../domain/refresh-schedule.ts';
import type { Ports, Write } from '../ports.ts';
import { eventsOf, outbox } from './layout.ts';

/** History is kept for a year and a month: long enough for a yearly audit. */
const keptMs = 396 * day;
/** An event older than this in the outbox was left there by a crash; younger ones are being published. */
const abandonedAfterMs = 60_000;
const sweepLimit = 300;
/** So many in a row that cannot be published: the queue is away, not one event odd. */
const givenUpAfter = 5;

/** A new id that sorts by time. */
export function newId(now: number): string {
  return timeOrderedId(now, randomBytes(6).toString('hex'));
}

/** The writes that record the drafts; they belong into the commit of the change that they tell of. */
export function eventWrites(
  drafts: EventDraft[],
  of: { customerId: string; now: number; by?: string | undefined },
): { events: CustomerEvent[]; writes: Write[] } {
  const { customerId, now, by } = of;
  const events = drafts.map((draft) => ({ id: newId(now), customerId, at: now, ...draft, ...(by && { by }) }));
  const writes = events.flatMap((event): Write[] => [
    { set: `${eventsOf(customerId)}/${event.id}`, data: { ...event, expireAt: now + keptMs } },
    ...(isPublished(event.type) ? [{ set: `${outbox}/${event.id}`, data: event }] : []),
  ]);
  return { events, writes };
}

/** Publishes what has just been committed. Never throws: what is not published stays in the outbox for the next sweep. */
export async function publish(
  ports: Pick<Ports, 'store' | 'queue' | 'log' | 'settings'>,
  events: CustomerEvent[],
): Promise<number> {
  let published = 0;
  for (const event of events.filter(({ type }) => isPublished(type))) {
    try {
      const attributes = { 'ce-id': event.id, type: event.type, customer: event.customerId };
      await ports.queue.publish(ports.settings.eventsTopic, { data: toCloudEvent(event), attributes });
      await ports.store.commit([{ delete: `${outbox}/${event.id}` }]);
      published += 1;
    } catch (error) {
      ports.log.warn('event_not_published', { event: event.id, customer: event.customerId, code: codeOf(error) });
    }
  }
  return published;
}

/**
 * Publishes what crashes have left in the outbox, oldest first, while `goesOn`; subscribers drop repeats by the event's id.
 * When nothing gets through any more, the rest waits for the next sweep.
 */
export async function sweepOutbox(
  ports: Pick<Ports, 'store' | 'queue' | 'log' | 'settings' | 'clock'>,
  goesOn: () => boolean = () => true,
): Promise<number> {
  const before = ports.clock.now() - abandonedAfterMs;
  let [swept, failedInARow] = [0, 0];
  let after: { id: string } | undefined;
  while (true) {
    const left = await ports.store.query<CustomerEvent>({
      collection: outbox,
      limit: sweepLimit,
      ...(after && { after }),
    });
    for (const { data } of left) {
      if (data.at > before || failedInARow >= givenUpAfter || !goesOn()) return swept;
      const published = await publish(ports, [data]);
      failedInARow = published === 0 ? failedInARow + 1 : 0;
      swept += published;
    }
    if (left.length < sweepLimit) return swept;
    after = { id: left.at(-1)!.data.id };
  }
}
