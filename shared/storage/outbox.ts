/** History and outbox: what happened is committed with the change itself, then published; a crash in between loses nothing. */

import { randomBytes } from 'node:crypto';
import { type CustomerEvent, type EventDraft, isPublished, timeOrderedId, toCloudEvent } from '../domain/event.ts';
import { codeOf } from '../domain/failure.ts';
import { day } from '../domain/time.ts';
import type { Ports, Write } from '../ports.ts';
import { eventsOf, outbox } from './layout.ts';
import { everyDocument } from './pages.ts';

/** History is kept for a year and a month: long enough for a yearly audit. */
const retentionMs = 396 * day;
/** An event older than this in the outbox was left there by a crash; younger ones are being published. */
const abandonedAfterMs = 60_000;
/** After this many consecutive failures the queue is down, and not one event odd: the rest waits for the next sweep. */
const maxConsecutiveFailures = 5;

/** A new id that sorts by time. */
export function newId(now: number): string {
  return timeOrderedId(now, randomBytes(6).toString('hex'));
}

/** The drafts as events of one customer. `by`: the caller, absent when the system acts by itself. */
export function newEvents(
  drafts: EventDraft[],
  { customerId, now, by }: { customerId: string; now: number; by?: string | undefined },
): CustomerEvent[] {
  return drafts.map((draft) => ({ id: newId(now), customerId, at: now, ...draft, ...(by && { by }) }));
}

/** The writes that record events: they belong into the commit of the change that the events tell of. */
export function eventWrites(events: CustomerEvent[]): Write[] {
  return events.flatMap((event): Write[] => [
    { set: `${eventsOf(event.customerId)}/${event.id}`, data: { ...event, expireAt: event.at + retentionMs } },
    ...(isPublished(event.type) ? [{ set: `${outbox}/${event.id}`, data: event }] : []),
  ]);
}

/**
 * Publishes what has just been committed. Never throws: what is not published stays in the outbox for the next sweep.
 * @returns how many were published
 */
export async function publishEvents(
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
 * @returns how many were published
 */
export async function sweepOutbox(
  ports: Pick<Ports, 'store' | 'queue' | 'log' | 'settings' | 'clock'>,
  goesOn: () => boolean = () => true,
): Promise<number> {
  const before = ports.clock.now() - abandonedAfterMs;
  let [swept, failures] = [0, 0];
  for await (const { data } of everyDocument<CustomerEvent>(ports.store, { collection: outbox })) {
    if (data.at > before || failures >= maxConsecutiveFailures || !goesOn()) return swept;
    const published = await publishEvents(ports, [data]);
    failures = published === 0 ? failures + 1 : 0;
    swept += published;
  }
  return swept;
}
