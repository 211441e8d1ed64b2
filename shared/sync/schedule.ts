/** The scheduled pass over all customers: requests the syncs that are due, and resumes runs that no worker has continued. */

import type { Connection } from '../domain/connection.ts';
import type { Customer } from '../domain/customer.ts';
import { codeOf } from '../domain/failure.ts';
import { forEachConcurrently } from '../domain/for-each-concurrently.ts';
import { type SyncHead, withoutRun, withRun } from '../domain/sync-head.ts';
import { syncSettings } from '../domain/sync-run.ts';
import type { Ports, Stored, Write } from '../ports.ts';
import { connectionPath, customerPath, syncHeads } from '../storage/layout.ts';
import { sendMessage } from '../storage/messages.ts';
import { everyDocument } from '../storage/pages.ts';
import { commitDecision } from '../storage/transact.ts';
import { messageFor, requestSync } from './request.ts';

export interface DueSyncs {
  /** New runs. */
  requested: number;
  /** Runs that no worker had continued; their message was sent again. */
  resumed: number;
  /** Customers who cannot be synced now: not connected, or deleted. */
  skipped: number;
  failed: number;
  /** `out_of_time`: the next pass finds the rest. */
  ended: 'done' | 'out_of_time';
}

const concurrency = 20;

/**
 * Requests every sync that is due, oldest first, and sends a new message for each run that no worker has continued. The pass
 * makes one indexed query a page, and goes on when one customer fails. It starts nothing new after `endsAt` (epoch ms).
 */
export async function requestDueSyncs(ports: Ports, endsAt: number): Promise<DueSyncs> {
  const { store, clock, log } = ports;
  const counts: DueSyncs = { requested: 0, resumed: 0, skipped: 0, failed: 0, ended: 'done' };
  const due = everyDocument<SyncHead>(store, {
    collection: syncHeads,
    range: { field: 'nextSyncAt', before: clock.now() + 1 },
    orderBy: { field: 'nextSyncAt', direction: 'ascending' },
  });
  const goesOn = () => {
    if (clock.now() >= endsAt) counts.ended = 'out_of_time';
    return counts.ended === 'done';
  };
  await forEachConcurrently(due, { concurrency, goesOn }, async (head) => {
    try {
      counts[await requestOrResume(ports, head)] += 1;
    } catch (error) {
      counts.failed += 1;
      log.error('sync_not_requested', { customer: head.data.customerId, code: codeOf(error) });
    }
  });
  return counts;
}

async function requestOrResume(ports: Ports, head: Stored<SyncHead>): Promise<'requested' | 'resumed' | 'skipped'> {
  const { store, clock } = ports;
  const { customerId, run } = head.data;
  const now = clock.now();
  const [customer, connection] = await Promise.all([
    store.get<Customer>(customerPath(customerId)),
    store.get<Connection>(connectionPath(customerId)),
  ]);
  if (!customer) {
    await sendMessage(ports, { customer: customerId, purge: true });
    return 'skipped';
  }
  const state = connection?.data.state;
  if (!run && (state === 'active' || state === 'degraded')) {
    await requestSync(ports, customerId);
    return 'requested';
  }
  // The pass looks again later. When a worker has the run, this commit conflicts, and nothing is sent.
  const { everyHours } = syncSettings(customer.data.sync);
  const data = run ? withRun(head.data, run.id, now) : withoutRun(head.data, now, everyHours);
  const writes: Write[] = [{ set: head.path, data, if: { version: head.version } }];
  await commitDecision(ports, { writes, messages: run ? [messageFor({ customerId, id: run.id })] : [] });
  return run ? 'resumed' : 'skipped';
}
