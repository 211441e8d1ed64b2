/** The decision on held removals. Approved ones become a run of their own, which asks Webex about each person again. */

import { Failure } from '../domain/failure.ts';
import { type SyncHead, withoutHold } from '../domain/sync-head.ts';
import { type HeldRemovals, newRun, type SyncRun } from '../domain/sync-run.ts';
import type { Ports, Store, Stored, Write } from '../ports.ts';
import { runPath, syncHeadPath } from '../storage/layout.ts';
import { newEvents, newId } from '../storage/outbox.ts';
import { transact } from '../storage/transact.ts';
import type { RunContext } from './context.ts';
import { readAllHeld } from './held-people.ts';
import type { Progress } from './progress.ts';
import { messageFor, queueWrites } from './request.ts';

const busyMessage = 'A sync is in progress. Decide when it has ended.';

/**
 * Approves the removals that a run holds. Approving twice returns the same run while it is in progress.
 * @returns the run that removes them; people that Webex does not report as gone again stay
 * @throws Failure `not_found`, `conflict` when it was decided and its run has ended, `busy` while a sync is in progress
 */
export async function approveRemovals(ports: Ports, customerId: string, runId: string, by: string): Promise<SyncRun> {
  const { store, clock } = ports;
  return transact(ports, async () => {
    const now = clock.now();
    const { head, stored, held } = await readPending(store, customerId, runId, 'approved');
    const current = head.data.run && (await store.get<SyncRun>(runPath({ customerId, id: head.data.run.id })));
    if (current?.data.approves === runId) {
      return { writes: [], result: current.data };
    }
    if (held.state === 'approved') throw new Failure('conflict', 'These removals are already approved.');
    if (current) throw new Failure('busy', busyMessage, { retryAfterMs: 60_000 });
    const run = newRun(newId(now), customerId, now, { by, approves: runId });
    const facts = { sync: runId, count: held.count };
    return {
      writes: [
        ...queueWrites({ ...head, data: withoutHold(head.data) }, run, now),
        withDecision(stored, { ...held, state: 'approved', by, decidedAt: now }),
      ],
      events: newEvents([{ type: 'removals_approved', facts }], { customerId, now, by }),
      messages: [messageFor(run)],
      result: run,
    };
  });
}

/**
 * Rejects the removals that a run holds: nobody is removed. A later sync that misses the same people asks again.
 * @throws Failure `not_found`, `conflict` when it was decided otherwise, `busy` while a sync is in progress
 */
export async function rejectRemovals(ports: Ports, customerId: string, runId: string, by: string): Promise<SyncRun> {
  const { store, clock } = ports;
  return transact(ports, async () => {
    const now = clock.now();
    const { head, stored, held } = await readPending(store, customerId, runId, 'rejected');
    if (held.state === 'rejected') return { writes: [], result: stored.data };
    if (head.data.run) throw new Failure('busy', busyMessage, { retryAfterMs: 60_000 });
    const decision = withDecision(stored, { ...held, state: 'rejected', by, decidedAt: now });
    const facts = { sync: runId, count: held.count };
    return {
      writes: [{ set: head.path, data: withoutHold(head.data), if: { version: head.version } }, decision],
      events: newEvents([{ type: 'removals_rejected', facts }], { customerId, now, by }),
      result: decision.data,
    };
  });
}

async function readPending(
  store: Store,
  customerId: string,
  runId: string,
  wanted: HeldRemovals['state'],
): Promise<{ head: Stored<SyncHead>; stored: Stored<SyncRun>; held: HeldRemovals }> {
  const [head, stored] = await Promise.all([
    store.get<SyncHead>(syncHeadPath(customerId)),
    store.get<SyncRun>(runPath({ customerId, id: runId })),
  ]);
  const held = stored?.data.held;
  if (!head || !stored || !held) throw new Failure('not_found', 'This sync holds no removals.');
  if (held.state !== 'waiting' && held.state !== wanted) {
    throw new Failure('conflict', `These removals are already ${held.state}.`);
  }
  return { head, stored, held };
}

function withDecision(stored: Stored<SyncRun>, held: HeldRemovals) {
  return { set: stored.path, data: { ...stored.data, held }, if: { version: stored.version } } satisfies Write;
}

/** Prepares a run that removes only approved people: all others count as seen. */
export async function markApproved({ ports, customer }: RunContext, progress: Progress): Promise<void> {
  const { run, store } = progress;
  if (!run.approves) return;
  const approved = await ports.store.get<SyncRun>(runPath({ customerId: customer.id, id: run.approves }));
  store.roster.seeAllExcept(await readAllHeld(ports.store, customer.id, run.approves, approved?.data.held));
}
