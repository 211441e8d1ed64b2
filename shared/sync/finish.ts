/** How a message's work on a run ends: the run is done, has failed, or is left to another message. */

import type { Connection } from '../domain/connection.ts';
import type { Customer } from '../domain/customer.ts';
import type { EventDraft } from '../domain/event.ts';
import { Failure, trackingIdOf } from '../domain/failure.ts';
import { type SyncHead, withoutHold, withoutLease, withoutRun } from '../domain/sync-head.ts';
import { type SyncRun, syncSettings } from '../domain/sync-run.ts';
import type { Write } from '../ports.ts';
import { connectionPath, customerPath, runPath } from '../storage/layout.ts';
import { newEvents } from '../storage/outbox.ts';
import { unchanged } from '../storage/transact.ts';
import type { RunContext } from './context.ts';
import type { Progress } from './progress.ts';
import { findScimSurplus } from './scim-total.ts';

/** Ends the run as done: head, run, history and events in one commit. */
export async function complete(context: RunContext, progress: Progress): Promise<SyncRun> {
  const { ports } = context;
  const scimSurplus = await findScimSurplus(context, progress);
  const { head } = progress.store.fence;
  const now = ports.clock.now();
  const counted = progress.countedRun(head);
  const { held, approves } = counted;
  const run: SyncRun = {
    ...counted,
    state: 'done',
    endedAt: now,
    counts: { ...counted.counts, held: held?.count ?? 0 },
  };
  const next: SyncHead = {
    ...withoutHold(head),
    ...(held && { heldBy: run.id }),
    ...(scimSurplus !== undefined && { scimSurplus }),
  };
  const superseded = async () => (head.heldBy && head.heldBy !== approves ? supersede(context, head.heldBy) : []);
  await endRun(context, progress, { head: next, run, events: eventsOf(run), writes: superseded });
  ports.log.info('users_synced', { customer: run.customerId, sync: run.id, ...run.counts });
  return run;
}

/** A newer scan supersedes the removals that an older run holds: they can no longer be decided. */
async function supersede({ ports, customer }: RunContext, id: string): Promise<Write[]> {
  const path = runPath({ customerId: customer.id, id });
  const stored = await ports.store.get<SyncRun>(path);
  if (stored?.data.held?.state !== 'waiting') return [];
  const held = { ...stored.data.held, state: 'superseded' as const };
  return [{ set: path, data: { ...stored.data, held }, if: { version: stored.version } }];
}

/** The portal receives an event when users have changed or a caller asked for the sync, and when removals are held. */
function eventsOf({ id, by, counts, held }: SyncRun): EventDraft[] {
  const { added, changed, returned, removed, skipped } = counts;
  const facts = { sync: id, added, changed, returned, removed, ...(skipped > 0 && { skipped }) };
  const isNews = by !== undefined || added + changed + returned + removed > 0;
  return [
    ...(isNews ? [{ type: 'users_synced' as const, facts }] : []),
    ...(held ? [{ type: 'removals_held' as const, facts: { sync: id, held: held.count, reason: held.reason } }] : []),
  ];
}

/**
 * Ends the run as failed, for an error that no retry can cure.
 * @throws Failure `busy` when the customer has just been connected again, so that the run must be retried
 */
export async function fail(context: RunContext, progress: Progress, error: unknown): Promise<SyncRun> {
  const { ports, grant } = context;
  const { head } = progress.store.fence;
  const failure =
    error instanceof Failure ? error : new Failure('internal', 'The sync failed.', { cause: String(error) });
  const { code, message } = failure;
  const trackingId = trackingIdOf(failure);
  const fault = { code, message, ...(trackingId && { trackingId }) };
  const run: SyncRun = { ...progress.countedRun(head), state: 'failed', endedAt: ports.clock.now(), fault };
  ports.log.error('sync_failed', { customer: run.customerId, sync: run.id, ...failure.detail });
  const nameGrant = async () => {
    const connection = await ports.store.get<Connection>(connectionPath(run.customerId));
    if (isReconnected(connection?.data, grant)) throw new Failure('busy', 'The customer was connected again.');
    return connection ? [unchanged(connection)] : [];
  };
  await endRun(context, progress, { head, run, events: [{ type: 'sync_failed', facts: { code } }], writes: nameGrant });
  return run;
}

/**
 * Whether a new grant was stored since the run started: the new connection's first sync joined this run, so it is retried.
 */
export function isReconnected(connection: Connection | undefined, grant: RunContext['grant']): boolean {
  return connection?.grant !== undefined && connection.grant.grantedAt !== grant.grantedAt;
}

/** Commits the end of a run. The next sync follows the customer's settings at this moment, not those at the run's start. */
async function endRun(
  { ports }: RunContext,
  progress: Progress,
  end: { head: SyncHead; run: SyncRun; events: EventDraft[]; writes: () => Promise<Write[]> },
): Promise<void> {
  const { run } = end;
  const now = ports.clock.now();
  const events = newEvents(end.events, { customerId: run.customerId, now, by: run.by });
  await progress.store.fence.commitDecided(async () => {
    const [customer, writes] = await Promise.all([
      ports.store.get<Customer>(customerPath(run.customerId)),
      end.writes(),
    ]);
    if (!customer) throw new Failure('conflict', 'The customer has been deleted.');
    const head = withoutRun(end.head, now, syncSettings(customer.data.sync).everyHours);
    return {
      // Requests may have joined a run that only carries out an approval, so a scan follows.
      head: run.approves ? { ...head, nextSyncAt: now } : head,
      writes: [{ set: runPath(run), data: run }, ...progress.checkpointDeletion(), ...writes, unchanged(customer)],
      events,
    };
  });
}

/** Leaves the run to another message, which may start at once, or after a pause that Webex has asked for. */
export async function leave({ ports }: RunContext, progress: Progress, pauseMs = 0): Promise<SyncRun> {
  const { fence } = progress.store;
  const now = ports.clock.now();
  const head = withoutLease(fence.head, now, pauseMs > 0 ? now + pauseMs : undefined);
  await fence.commitDecided(async () => ({ head, writes: progress.checkpointWrites(head, pauseMs) }));
  return progress.countedRun(head);
}
