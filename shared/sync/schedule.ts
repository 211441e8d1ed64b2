/** The scheduled pass over all customers: requests the syncs that are due, and resumes runs that no worker has continued. */

import type { Connection } from '../domain/connection.ts';
import type { Customer } from '../domain/customer.ts';
import { codeOf } from '../domain/failure.ts';
import { forEachConcurrently } from '../domain/for-each-concurrently.ts';
import { type SyncHead, withoutRun, withRetriedMessage } from '../domain/sync-head.ts';
import { syncSettings } from '../domain/sync-run.ts';
import type { Ports, Stored } from '../ports.ts';
import { connectionPath, customerPath, syncHeads } from '../storage/layout.ts';
import { type Message, sweepMessages } from '../storage/messages.ts';
import { everyDocument } from '../storage/pages.ts';
import { commitDecision } from '../storage/transact.ts';
import { messageFor, requestSync } from './request.ts';

export interface DueSyncs {
  /** New runs. */
  requested: number;
  /** Runs that were paused until now, or whose message is lost. */
  resumed: number;
  /** Messages that the queue had not received before. */
  resent: number;
  /** Customers who cannot be synced now: not connected, or deleted. */
  skipped: number;
  failed: number;
  /** `out_of_time`: the next pass finds the rest. */
  ended: 'done' | 'out_of_time';
}

const concurrency = 20;

/**
 * Sends the messages that the queue has not received, requests every sync that is due, oldest first, and resumes runs. The
 * pass makes one indexed query a page, and continues when one customer fails. It starts nothing new after `endsAt` (epoch
 * ms).
 */
export async function requestDueSyncs(ports: Ports, endsAt: number): Promise<DueSyncs> {
  const { store, clock, log } = ports;
  const counts: DueSyncs = { requested: 0, resumed: 0, resent: 0, skipped: 0, failed: 0, ended: 'done' };
  const goesOn = () => {
    if (clock.now() >= endsAt) counts.ended = 'out_of_time';
    return counts.ended === 'done';
  };
  counts.resent = await sweepMessages(ports, goesOn);
  const due = everyDocument<SyncHead>(store, {
    collection: syncHeads,
    range: { field: 'nextSyncAt', before: clock.now() + 1 },
    orderBy: { field: 'nextSyncAt', direction: 'ascending' },
  });
  await forEachConcurrently(due, { concurrency, goesOn }, async (head) => {
    try {
      counts[await requestOrResume(ports, head)] += 1;
    } catch (error) {
      // On a conflict another flow has just written the head, so this pass need not do anything for the customer.
      const isDone = codeOf(error) === 'conflict';
      counts[isDone ? 'skipped' : 'failed'] += 1;
      if (isDone) return;
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
  const state = connection?.data.state;
  if (customer && !run && (state === 'active' || state === 'degraded')) {
    await requestSync(ports, customerId);
    return 'requested';
  }
  // The head's version stands for the other documents: flows that connect a customer or change its settings write the head.
  const commit = (data: SyncHead, messages: Message[]) =>
    commitDecision(ports, { writes: [{ set: head.path, data, if: { version: head.version } }], messages });
  if (!customer) {
    await commit(withRetriedMessage(head.data, now), [{ customer: customerId, purge: true }]);
    return 'skipped';
  }
  if (!run) {
    await commit(withoutRun(head.data, now, syncSettings(customer.data.sync).everyHours), []);
    return 'skipped';
  }
  await commit(withRetriedMessage(head.data, now), [messageFor({ customerId, id: run.id })]);
  return 'resumed';
}
