/** Asking for syncs: on connect, by a caller, on schedule; while one is asked for or under way, another request joins it. */

import type { Connection } from '../domain/connection.ts';
import type { Customer } from '../domain/customer.ts';
import { codeOf, Failure } from '../domain/failure.ts';
import { idle, newSyncHead, queued, type SyncHead } from '../domain/sync-head.ts';
import { newRun, type SyncRun, syncSettings } from '../domain/sync-run.ts';
import type { Ports, Stored, Write } from '../ports.ts';
import { connectionPath, customerPath, syncHeadPath, syncHeads, syncsOf } from '../storage/layout.ts';
import { eventWrites, newId } from '../storage/outbox.ts';
import { transact } from '../storage/transact.ts';

/**
 * Asks for a sync; while one is asked for or under way, joins it.
 * @throws Failure `not_found`
 */
export async function requestSync(ports: Ports, customerId: string, by?: string): Promise<SyncRun> {
  const run = await transact(ports, async () => {
    const [customer, { writes, run }] = await Promise.all([
      ports.store.get<Customer>(customerPath(customerId)),
      syncRequest(ports, customerId, by),
    ]);
    if (!customer) throw new Failure('not_found', 'There is no such customer.');
    return { writes, result: run };
  });
  await sendForRun(ports, run);
  return run;
}

/**
 * The run that a request leads to, and the writes that put it up: none where it joins one. They belong into the commit that
 * stores a new connection, whose first sync must not be forgotten; `sendForRun` follows that commit.
 */
export async function syncRequest(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  customerId: string,
  by?: string,
): Promise<{ run: SyncRun; writes: Write[] }> {
  const head = await store.get<SyncHead>(syncHeadPath(customerId));
  const joined = head?.data.run && (await store.get<SyncRun>(`${syncsOf(customerId)}/${head.data.run.id}`));
  if (joined) return { run: joined.data, writes: [] };
  const now = clock.now();
  const run = newRun(newId(now), customerId, now, by ? { by } : {});
  const record = by && eventWrites([{ type: 'sync_requested', facts: { sync: run.id } }], { customerId, now, by });
  return { run, writes: [...enqueued(head, run, now), ...(record ? record.writes : [])] };
}

/** The writes that put a new run up, for a customer whose directory (if there is one) has none. */
export function enqueued(head: Stored<SyncHead> | undefined, run: SyncRun, now: number): Write[] {
  const { customerId, id } = run;
  const data = queued(head?.data ?? newSyncHead(customerId), id, now);
  return [
    { set: syncHeadPath(customerId), data, if: head ? { version: head.version } : 'absent' },
    { set: `${syncsOf(customerId)}/${id}`, data: run, if: 'absent' },
  ];
}

/** Sends a run's message. Never throws: a run without a message is found by the scheduled pass. */
export async function sendForRun(ports: Ports, { customerId, id }: Pick<SyncRun, 'customerId' | 'id'>): Promise<void> {
  try {
    await ports.queue.publish(ports.settings.syncTopic, { data: { customer: customerId, sync: id } });
  } catch (error) {
    ports.log.warn('sync_not_sent', { customer: customerId, sync: id, code: codeOf(error) });
  }
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

export interface DueSyncs {
  /** New runs. */
  requested: number;
  /** Runs that nobody was working on, sent again. */
  resumed: number;
  /** Customers who cannot be synced now: not connected, or deleted meanwhile. */
  skipped: number;
  failed: number;
  /** `out_of_time`: the rest is found by the next pass. */
  ended: 'done' | 'out_of_time';
}

const pageLimit = 300;
const concurrency = 20;

/**
 * The scheduled pass: asks for every sync that is due, oldest first, and sends a new message for runs that were left lying.
 * One indexed query a page; one customer's failure is its own. Takes up nothing new after `endsAt` (epoch ms).
 */
export async function requestDueSyncs(ports: Ports, endsAt: number): Promise<DueSyncs> {
  const { clock, log } = ports;
  const done: DueSyncs = { requested: 0, resumed: 0, skipped: 0, failed: 0, ended: 'done' };
  const before = clock.now() + 1;
  let after: { value: number; id: string } | undefined;
  async function worker(waiting: Iterable<Stored<SyncHead>>): Promise<void> {
    for (const head of waiting) {
      try {
        done[await takeUp(ports, head)] += 1;
      } catch (error) {
        done.failed += 1;
        log.error('sync_not_requested', { customer: head.data.customerId, code: codeOf(error) });
      }
    }
  }
  while (clock.now() < endsAt) {
    const due = await ports.store.query<SyncHead>({
      collection: syncHeads,
      range: { field: 'nextSyncAt', before },
      orderBy: { field: 'nextSyncAt', direction: 'ascending' },
      ...(after && { after }),
      limit: pageLimit,
    });
    const waiting = due.values();
    await Promise.all(Array.from({ length: concurrency }, () => worker(waiting)));
    const last = due.at(-1)?.data;
    if (!last || due.length < pageLimit) return done;
    // Who could not be taken up is still due: behind them goes on what has not been tried.
    after = { value: last.nextSyncAt!, id: last.customerId };
  }
  return { ...done, ended: 'out_of_time' };
}

async function takeUp(ports: Ports, head: Stored<SyncHead>): Promise<'requested' | 'resumed' | 'skipped'> {
  const { store, clock, queue, settings } = ports;
  const { customerId, run } = head.data;
  const now = clock.now();
  const [customer, connection] = await Promise.all([
    store.get<Customer>(customerPath(customerId)),
    store.get<Connection>(connectionPath(customerId)),
  ]);
  if (!customer) {
    await queue.publish(settings.syncTopic, { data: { customer: customerId, remove: true } });
    return 'skipped';
  }
  const state = connection?.data.state;
  if (!run && (state === 'active' || state === 'degraded')) {
    await requestSync(ports, customerId);
    return 'requested';
  }
  // Looked at again in a while: a run that is worked on moves this on by itself, and then the commit conflicts.
  const { everyHours } = syncSettings(customer.data.sync);
  const data = run ? queued(head.data, run.id, now) : idle(head.data, now, everyHours);
  await store.commit([{ set: head.path, data, if: { version: head.version } }]);
  if (!run) return 'skipped';
  await sendForRun(ports, { customerId, id: run.id });
  return 'resumed';
}
