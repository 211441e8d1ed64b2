/** How a message's work on a run ends: the run is done, has failed, or is left to another message. */

import { type Catalog, isSameCatalog } from '../domain/catalog.ts';
import type { Customer } from '../domain/customer.ts';
import type { EventDraft } from '../domain/event.ts';
import { codeOf, Failure, trackingIdOf } from '../domain/failure.ts';
import { type SyncHead, withoutHold, withoutLease, withoutRun } from '../domain/sync-head.ts';
import { type SyncRun, syncSettings } from '../domain/sync-run.ts';
import type { Write } from '../ports.ts';
import { catalogOf, customerPath, runPath } from '../storage/layout.ts';
import { newEvents } from '../storage/outbox.ts';
import { unchanged } from '../storage/transact.ts';
import type { RunContext } from './context.ts';
import type { Progress } from './progress.ts';

/** The names of licences and roles, if they can be read and have changed. A failure here never stops the people's sync. */
export async function catalogWrites({ ports, customer, call }: RunContext): Promise<Write[]> {
  const { webex, store, log } = ports;
  const path = `${catalogOf(customer.id)}/names`;
  try {
    const [licenses, roles, stored] = await Promise.all([
      call((access) => webex.licenses(access, customer.accountNumber)),
      call((access) => webex.roles(access)),
      store.get<Catalog>(path),
    ]);
    const catalog = { licenses, roles };
    return stored && isSameCatalog(stored.data, catalog) ? [] : [{ set: path, data: catalog }];
  } catch (error) {
    log.warn('catalog_not_synced', { customer: customer.id, code: codeOf(error) });
    return [];
  }
}

/** Ends the run as done: head, run, catalog, history and events in one commit. */
export async function complete(context: RunContext, progress: Progress, catalog: Write[]): Promise<SyncRun> {
  const { ports } = context;
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
    ...(!approves && { lastSyncedAt: now }),
  };
  const superseded = head.heldBy && head.heldBy !== approves ? await supersede(context, head.heldBy) : [];
  await endRun(context, progress, { head: next, run, events: eventsOf(run), writes: [...catalog, ...superseded] });
  ports.log.info('users_synced', { customer: run.customerId, sync: run.id, ...run.counts });
  return run;
}

/** After a newer scan, the removals that an older run holds can no longer be decided. */
async function supersede({ ports, customer }: RunContext, id: string): Promise<Write[]> {
  const path = runPath({ customerId: customer.id, id });
  const stored = await ports.store.get<SyncRun>(path);
  if (stored?.data.held?.state !== 'waiting') return [];
  const held = { ...stored.data.held, state: 'superseded' as const };
  return [{ set: path, data: { ...stored.data, held }, if: { version: stored.version } }];
}

/** The portal receives an event when users have changed or a caller asked for the sync, and when removals are held. */
function eventsOf({ id, by, counts, held }: SyncRun): EventDraft[] {
  const { added, changed, returned, removed } = counts;
  const isNews = by !== undefined || added + changed + returned + removed > 0;
  return [
    ...(isNews ? [{ type: 'users_synced' as const, facts: { sync: id, added, changed, returned, removed } }] : []),
    ...(held ? [{ type: 'removals_held' as const, facts: { sync: id, held: held.count, reason: held.reason } }] : []),
  ];
}

/** Ends the run as failed, for an error that no retry can cure. */
export async function fail(context: RunContext, progress: Progress, error: unknown): Promise<SyncRun> {
  const { ports } = context;
  const { head } = progress.store.fence;
  const failure =
    error instanceof Failure ? error : new Failure('internal', 'The sync failed.', { cause: String(error) });
  const { code, message } = failure;
  const trackingId = trackingIdOf(failure);
  const now = ports.clock.now();
  const fault = { code, message, ...(trackingId && { trackingId }) };
  const run: SyncRun = { ...progress.countedRun(head), state: 'failed', endedAt: now, fault };
  ports.log.error('sync_failed', { customer: run.customerId, sync: run.id, ...failure.detail });
  const events: EventDraft[] = [{ type: 'sync_failed', facts: { code } }];
  await endRun(context, progress, { head, run, events, writes: [] });
  return run;
}

/** Commits the end of a run. The next sync is planned by the customer's settings of this moment, not of the run's start. */
async function endRun(
  { ports }: RunContext,
  progress: Progress,
  end: { head: SyncHead; run: SyncRun; events: EventDraft[]; writes: Write[] },
): Promise<void> {
  const { run } = end;
  const now = ports.clock.now();
  const events = newEvents(end.events, { customerId: run.customerId, now, by: run.by });
  await progress.store.fence.commitDecided(async () => {
    const customer = await ports.store.get<Customer>(customerPath(run.customerId));
    if (!customer) throw new Failure('conflict', 'The customer has been deleted.');
    const head = withoutRun(end.head, now, syncSettings(customer.data.sync).everyHours);
    return {
      // Requests may have joined a run that only carries out an approval, so a scan follows.
      head: run.approves ? { ...head, nextSyncAt: now } : head,
      writes: [{ set: runPath(run), data: run }, ...progress.checkpointDeletion(), ...end.writes, unchanged(customer)],
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
