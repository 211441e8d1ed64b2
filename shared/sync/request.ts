/** Asking for syncs: on connect, by a caller, on schedule; while one is asked for or under way, another request joins it. */

import type { Customer } from '../domain/customer.ts';
import type { EventDraft } from '../domain/event.ts';
import { Failure } from '../domain/failure.ts';
import { idle, newSyncHead, queued, type SyncHead } from '../domain/sync-head.ts';
import { newRun, type SyncRun, syncSettings } from '../domain/sync-run.ts';
import type { Ports, Stored, Write } from '../ports.ts';
import { customerPath, syncHeadPath, syncsOf } from '../storage/layout.ts';
import type { Message } from '../storage/messages.ts';
import { newEvents, newId } from '../storage/outbox.ts';
import { type Decision, transact } from '../storage/transact.ts';

/**
 * Asks for a sync; while one is asked for or under way, joins it.
 * @throws Failure `not_found`
 */
export async function requestSync(ports: Ports, customerId: string, by?: string): Promise<SyncRun> {
  return transact(ports, async () => {
    const [customer, { run, ...decision }] = await Promise.all([
      ports.store.get<Customer>(customerPath(customerId)),
      decideRequest(ports, customerId, by),
    ]);
    if (!customer) throw new Failure('not_found', 'There is no such customer.');
    return { ...decision, result: run };
  });
}

/**
 * The run that a request leads to, and the decision that queues it: no writes where the request joins a run. The decision
 * belongs into the commit that stores a new connection, whose first sync must not be forgotten.
 */
export async function decideRequest(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  customerId: string,
  by?: string,
): Promise<Required<Decision> & { run: SyncRun }> {
  const head = await store.get<SyncHead>(syncHeadPath(customerId));
  const joined = head?.data.run && (await store.get<SyncRun>(`${syncsOf(customerId)}/${head.data.run.id}`));
  if (joined) return { run: joined.data, writes: [], events: [], messages: [messageFor(joined.data)] };
  const now = clock.now();
  const run = newRun(newId(now), customerId, now, by ? { by } : {});
  const drafts: EventDraft[] = by ? [{ type: 'sync_requested', facts: { sync: run.id } }] : [];
  const events = newEvents(drafts, { customerId, now, by });
  return { run, writes: queueWrites(head, run, now), events, messages: [messageFor(run)] };
}

/** The writes that queue a new run, for a customer whose head (if there is one) has no run. */
export function queueWrites(head: Stored<SyncHead> | undefined, run: SyncRun, now: number): Write[] {
  const { customerId, id } = run;
  const data = queued(head?.data ?? newSyncHead(customerId), id, now);
  return [
    { set: syncHeadPath(customerId), data, if: head ? { version: head.version } : 'absent' },
    { set: `${syncsOf(customerId)}/${id}`, data: run, if: 'absent' },
  ];
}

/** The message that has a run worked on. */
export function messageFor({ customerId, id }: Pick<SyncRun, 'customerId' | 'id'>): Message {
  return { customer: customerId, sync: id };
}

/** Takes up the customer's settings for scheduled syncs after they have been changed; a run under way does so at its end. */
export async function reschedule(ports: Ports, customerId: string): Promise<void> {
  const { store, clock } = ports;
  await transact(ports, async () => {
    const [customer, head] = await Promise.all([
      store.get<Customer>(customerPath(customerId)),
      store.get<SyncHead>(syncHeadPath(customerId)),
    ]);
    if (!customer || !head || head.data.run) return { writes: [], result: undefined };
    const data = idle(head.data, clock.now(), syncSettings(customer.data.sync).everyHours);
    return { writes: [{ set: head.path, data, if: { version: head.version } }], result: undefined };
  });
}
