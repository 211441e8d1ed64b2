/** History and outbox: an event is committed with the change that it reports, then published. A crash in between loses nothing. */

import { randomBytes } from 'node:crypto';
import { backoffMs } from '../domain/backoff.ts';
import { type CustomerEvent, type EventDraft, isPublished, timeOrderedId, toCloudEvent } from '../domain/event.ts';
import { codeOf } from '../domain/failure.ts';
import { day, hour } from '../domain/time.ts';
import type { Ports, Stored, Write } from '../ports.ts';
import { eventsOf, outbox } from './layout.ts';
import { everyDocument } from './pages.ts';

/** A year and a month: long enough for a yearly audit. */
const retentionMs = 396 * day;
/** Younger events are still being published by the request that committed them. */
const abandonedAfterMs = 60_000;
/** After this many consecutive failures the queue is down: the rest waits for the next sweep. */
const maxConsecutiveFailures = 5;
/** An event that the queue has refused waits, so that a few such events do not keep all others from being published. */
const retryDelay = { firstMs: hour, maxMs: day };

/** The document `outbox/{event}`. */
type OutboxEntry = CustomerEvent & { failures?: number; retryAt?: number };

/** A new id that sorts by time. */
export function newId(now: number): string {
  return timeOrderedId(now, randomBytes(6).toString('hex'));
}

/** Events of one customer. `by`: the caller, absent when no caller asked. */
export function newEvents(
  drafts: EventDraft[],
  { customerId, now, by }: { customerId: string; now: number; by?: string | undefined },
): CustomerEvent[] {
  return drafts.map((draft) => ({ id: newId(now), customerId, at: now, ...draft, ...(by && { by }) }));
}

/** The writes that record events. They belong into the commit of the change that the events report. */
export function eventWrites(events: CustomerEvent[]): Write[] {
  return events.flatMap((event): Write[] => [
    { set: `${eventsOf(event.customerId)}/${event.id}`, data: { ...event, expireAt: event.at + retentionMs } },
    ...(isPublished(event.type) ? [{ set: `${outbox}/${event.id}`, data: event }] : []),
  ]);
}

/**
 * Publishes events that have just been committed. Never throws: the next sweep publishes what this call could not.
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
      ports.log.warn('event_not_published', { eventId: event.id, customer: event.customerId, code: codeOf(error) });
    }
  }
  return published;
}

/**
 * Publishes what crashes and outages have left in the outbox, oldest first, while `mayContinue`. Subscribers drop
 * repetitions by the event's id.
 * @returns how many were published
 */
export async function sweepOutbox(
  ports: Pick<Ports, 'store' | 'queue' | 'log' | 'settings' | 'clock'>,
  mayContinue: () => boolean = () => true,
): Promise<number> {
  const now = ports.clock.now();
  let [swept, consecutiveFailures] = [0, 0];
  for await (const entry of everyDocument<OutboxEntry>(ports.store, { collection: outbox })) {
    if (entry.data.at > now - abandonedAfterMs || !mayContinue()) return swept;
    if (entry.data.retryAt !== undefined && entry.data.retryAt > now) continue;
    const published = await publishEvents(ports, [entry.data]);
    swept += published;
    if (published > 0) {
      consecutiveFailures = 0;
      continue;
    }
    await delayEntry(ports, entry);
    // An event that has failed before says nothing about the queue.
    if (entry.data.failures === undefined) consecutiveFailures += 1;
    if (consecutiveFailures >= maxConsecutiveFailures) return swept;
  }
  return swept;
}

async function delayEntry(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  { path, version, data }: Stored<OutboxEntry>,
): Promise<void> {
  const failures = (data.failures ?? 0) + 1;
  const retryAt = clock.now() + backoffMs(failures, retryDelay, clock.random());
  // A conflict means that another sweep has published it.
  await store.commit([{ set: path, data: { ...data, failures, retryAt }, if: { version } }]).catch(() => {});
}
