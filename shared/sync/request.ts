/** Requests a sync: on connect, for a caller, on schedule. A request joins the run that is queued or in progress. */

import type { Customer } from '../domain/customer.ts';
import type { EventDraft } from '../domain/event.ts';
import { Failure } from '../domain/failure.ts';
import { newSyncHead, type SyncHead, withoutRun, withRun } from '../domain/sync-head.ts';
import { newRun, type SyncRun, syncSettings } from '../domain/sync-run.ts';
import type { Ports, Stored, Write } from '../ports.ts';
import { customerPath, runPath, syncHeadPath } from '../storage/layout.ts';
import type { Message } from '../storage/messages.ts';
import { newEvents, newId } from '../storage/outbox.ts';
import { type Decision, transact, unchanged } from '../storage/transact.ts';

/**
 * Requests a sync.
 * @returns the new run, or the one in progress that the request joins
 * @throws Failure `not_found`
 */
export async function requestSync(ports: Ports, customerId: string, by?: string): Promise<SyncRun> {
  return transact(ports, async () => {
    const [customer, { run, ...decision }] = await Promise.all([
      ports.store.get<Customer>(customerPath(customerId)),
      decideRequest(ports, customerId, by),
    ]);
    if (!customer) throw new Failure('not_found', 'There is no such customer.');
    return { ...decision, writes: [...decision.writes, unchanged(customer)], result: run };
  });
}

/**
 * The run that a request leads to, and the decision that queues it, or names the head of the run that the request joins: if
 * the run ends meanwhile, the request is decided again. A flow that stores a new connection commits both together, so that
 * its first sync cannot be lost.
 */
export async function decideRequest(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  customerId: string,
  by?: string,
): Promise<Required<Decision> & { run: SyncRun }> {
  const head = await store.get<SyncHead>(syncHeadPath(customerId));
  const joined = head?.data.run && (await store.get<SyncRun>(runPath({ customerId, id: head.data.run.id })));
  if (head && joined) return { run: joined.data, writes: [unchanged(head)], events: [], messages: [] };
  const now = clock.now();
  const run = newRun(newId(now), customerId, now, by ? { by } : {});
  const drafts: EventDraft[] = by ? [{ type: 'sync_requested', facts: { sync: run.id } }] : [];
  const events = newEvents(drafts, { customerId, now, by });
  return { run, writes: queueWrites(head, run, now), events, messages: [messageFor(run)] };
}

/** The writes that queue a new run. The head, if there is one, has no run. */
export function queueWrites(head: Stored<SyncHead> | undefined, run: SyncRun, now: number): Write[] {
  const { customerId, id } = run;
  const data = withRun(head?.data ?? newSyncHead(customerId), id, now);
  return [
    { set: syncHeadPath(customerId), data, if: head ? { version: head.version } : 'absent' },
    { set: runPath(run), data: run, if: 'absent' },
  ];
}

/** The message that makes a worker continue the run. */
export function messageFor({ customerId, id }: Pick<SyncRun, 'customerId' | 'id'>): Message {
  return { customer: customerId, sync: id };
}

/** Applies changed settings to the next scheduled sync. A run in progress does so when it ends. */
export async function reschedule(ports: Ports, customerId: string): Promise<void> {
  const { store, clock } = ports;
  await transact(ports, async () => {
    const [customer, head] = await Promise.all([
      store.get<Customer>(customerPath(customerId)),
      store.get<SyncHead>(syncHeadPath(customerId)),
    ]);
    if (!customer || !head || head.data.run) return { writes: [], result: undefined };
    const data = withoutRun(head.data, clock.now(), syncSettings(customer.data.sync).everyHours);
    const write: Write = { set: head.path, data, if: { version: head.version } };
    return { writes: [write, unchanged(customer)], result: undefined };
  });
}
