/** The decision on held removals: approved ones become a run of their own, which asks Webex about everybody once more. */

import { Failure } from '../domain/failure.ts';
import type { SyncHead } from '../domain/sync-head.ts';
import { type HeldRemovals, newRun, type SyncRun } from '../domain/sync-run.ts';
import type { Ports, Store, Stored, Write } from '../ports.ts';
import { syncHeadPath } from '../storage/layout.ts';
import { newEvents, newId } from '../storage/outbox.ts';
import { transact } from '../storage/transact.ts';
import { type HeldPeople, heldPath } from './removals.ts';
import { messageFor, queueWrites } from './request.ts';

import { runPath, type Session } from './session.ts';

/**
 * Who is held by a run, a document's worth at a time: `index` from 0 up to `held.documents`.
 * @throws Failure `not_found`
 */
export async function readHeld(store: Store, customerId: string, runId: string, index: number): Promise<string[]> {
  const held = await store.get<HeldPeople>(heldPath(customerId, runId, index));
  if (!held) throw new Failure('not_found', 'This sync holds no removals.');
  return held.data.people.split('\n');
}

/**
 * Approves what a run holds. Answers the run that carries it out: it removes nobody whom Webex does not say once more to
 * be gone. Approving twice answers the same run as long as it is under way.
 * @throws Failure `not_found`, `conflict` when it was decided otherwise, `busy` while a sync is under way
 */
export async function approveRemovals(ports: Ports, customerId: string, runId: string, by: string): Promise<SyncRun> {
  const { store, clock } = ports;
  return transact(ports, async () => {
    const now = clock.now();
    const { head, stored, held } = await readPending(store, customerId, runId, 'approved');
    const current = head.data.run && (await store.get<SyncRun>(runPath({ customerId, id: head.data.run.id })));
    if (current?.data.approves === runId) {
      return { writes: [], messages: [messageFor(current.data)], result: current.data };
    }
    if (held.state === 'approved' && (head.data.lastSyncedAt ?? 0) > held.decidedAt!) {
      throw new Failure('conflict', 'A newer sync has been made since these removals were approved.');
    }
    if (current) throw new Failure('busy', 'A sync is under way: decide when it has ended.', { retryAfterMs: 60_000 });
    const run = newRun(newId(now), customerId, now, { by, approves: runId });
    const { heldBy: _held, ...rest } = head.data;
    const facts = { sync: runId, count: held.count };
    return {
      writes: [
        ...queueWrites({ ...head, data: rest }, run, now),
        withDecision(stored, { ...held, state: 'approved', by, decidedAt: now }),
      ],
      events: newEvents([{ type: 'removals_approved', facts }], { customerId, now, by }),
      messages: [messageFor(run)],
      result: run,
    };
  });
}

/**
 * Rejects what a run holds: nobody is removed. A later sync that finds the same people gone asks again.
 * @throws Failure `not_found`, `conflict` when it was decided otherwise, `busy` while a sync is under way
 */
export async function rejectRemovals(ports: Ports, customerId: string, runId: string, by: string): Promise<SyncRun> {
  const { store, clock } = ports;
  return transact<SyncRun>(ports, async () => {
    const now = clock.now();
    const { head, stored, held } = await readPending(store, customerId, runId, 'rejected');
    if (held.state === 'rejected') return { writes: [], result: stored.data };
    if (head.data.run) {
      throw new Failure('busy', 'A sync is under way: decide when it has ended.', { retryAfterMs: 60_000 });
    }
    const decision = withDecision(stored, { ...held, state: 'rejected', by, decidedAt: now });
    const { heldBy: _held, ...rest } = head.data;
    const facts = { sync: runId, count: held.count };
    const forget: Write = { set: head.path, data: rest, if: { version: head.version } };
    const events = newEvents([{ type: 'removals_rejected', facts }], { customerId, now, by });
    return { writes: [forget, decision], events, result: decision.data };
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
    throw new Failure('conflict', `These removals are ${held.state} already.`);
  }
  return { head, stored, held };
}

function withDecision(stored: Stored<SyncRun>, held: HeldRemovals) {
  return { set: stored.path, data: { ...stored.data, held }, if: { version: stored.version } };
}

/** For the run that carries an approval out: nobody but who was held may be asked about and removed. */
export async function markApproved({ ports, customer, roster }: Session, approved: string): Promise<void> {
  const { store } = ports;
  const run = await store.get<SyncRun>(runPath({ customerId: customer.id, id: approved }));
  const people: string[] = [];
  for (let index = 0; index < (run?.data.held?.documents ?? 0); index++) {
    people.push(...(await readHeld(store, customer.id, approved, index)));
  }
  roster.seeAllBut(people);
}
