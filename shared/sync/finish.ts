/** How a message's work on a run ends: done, failed, or left for another message. */

import type { Catalog } from '../domain/catalog.ts';
import { sameCatalog } from '../domain/catalog.ts';
import type { EventDraft } from '../domain/event.ts';
import { codeOf, Failure, trackingIdOf } from '../domain/failure.ts';
import { idle, released } from '../domain/sync-head.ts';
import type { SyncRun } from '../domain/sync-run.ts';
import type { Write } from '../ports.ts';
import { catalogOf } from '../storage/layout.ts';
import { eventWrites, newEvents, publishEvents } from '../storage/outbox.ts';
import { checkpointWrites, commitHead, counted, forgetCheckpoint, runPath, type Session } from './session.ts';

/** Licences and roles, if they may be read and differ from what is stored; they never keep the people from being synced. */
export async function catalogWrites({ ports, customer, call }: Session): Promise<Write[]> {
  const { webex, store, log } = ports;
  const path = `${catalogOf(customer.id)}/names`;
  try {
    const [licenses, roles, stored] = await Promise.all([
      call((access) => webex.licenses(access, customer.accountNumber)),
      call((access) => webex.roles(access)),
      store.get<Catalog>(path),
    ]);
    const catalog = { licenses, roles };
    return stored && sameCatalog(stored.data, catalog) ? [] : [{ set: path, data: catalog }];
  } catch (error) {
    log.warn('catalog_not_synced', { customer: customer.id, code: codeOf(error) });
    return [];
  }
}

/** The run is done: head, run, history and events in one commit. */
export async function complete(session: Session, catalog: Write[]): Promise<SyncRun> {
  const { ports, settings, head } = session;
  const now = ports.clock.now();
  const scanned = !session.run.approves;
  const run: SyncRun = { ...session.run, state: 'done', endedAt: now };
  run.counts = { ...counted(session, head.data).counts, held: run.held?.count ?? 0 };
  const { heldBy, ...rest } = idle(head.data, now, settings.everyHours);
  const data = { ...rest, ...(run.held && { heldBy: run.id }), ...(scanned && { lastSyncedAt: now }) };
  const superseded = heldBy && heldBy !== run.approves ? await supersede(session, heldBy) : [];
  const ended = { ...counted({ ...session, run }, head.data), counts: run.counts };
  await settle(session, data, ended, eventsOf(ended), [...catalog, ...superseded]);
  ports.log.info('users_synced', { customer: run.customerId, sync: run.id, ...run.counts });
  return ended;
}

/** A newer scan has been made: what an older one held is decided no more. */
async function supersede({ ports, customer }: Session, id: string): Promise<Write[]> {
  const path = runPath({ customerId: customer.id, id });
  const stored = await ports.store.get<SyncRun>(path);
  if (stored?.data.held?.state !== 'waiting') return [];
  return [{ set: path, data: { ...stored.data, held: { ...stored.data.held, state: 'superseded' } } }];
}

/** What the portal is told: that something has changed, or that what somebody asked for is done. */
function eventsOf({ id, by, counts, held }: SyncRun): EventDraft[] {
  const { added, changed, returned, removed } = counts;
  const news = by !== undefined || added + changed + returned + removed > 0;
  return [
    ...(news ? [{ type: 'users_synced' as const, facts: { sync: id, added, changed, returned, removed } }] : []),
    ...(held ? [{ type: 'removals_held' as const, facts: { sync: id, held: held.count, reason: held.reason } }] : []),
  ];
}

/** The run has failed for what no retry can cure. */
export async function fail(session: Session, error: unknown): Promise<SyncRun> {
  const { ports, settings, head } = session;
  const failure =
    error instanceof Failure ? error : new Failure('internal', 'The sync failed.', { cause: String(error) });
  const { code, message } = failure;
  const trackingId = trackingIdOf(failure);
  const now = ports.clock.now();
  const fault = { code, message, ...(trackingId && { trackingId }) };
  const run: SyncRun = { ...counted(session, head.data), state: 'failed', endedAt: now, fault };
  ports.log.error('sync_failed', { customer: run.customerId, sync: run.id, ...failure.detail });
  await settle(session, idle(head.data, now, settings.everyHours), run, [{ type: 'sync_failed', facts: { code } }], []);
  return run;
}

async function settle(
  session: Session,
  head: Session['head']['data'],
  run: SyncRun,
  drafts: EventDraft[],
  writes: Write[],
): Promise<void> {
  const { ports } = session;
  const events = newEvents(drafts, { customerId: run.customerId, now: ports.clock.now(), by: run.by });
  const end: Write = { set: runPath(run), data: run };
  // Requests may have joined a run that only carried an approval out: the next pass scans.
  const next = run.approves ? { ...head, nextSyncAt: ports.clock.now() } : head;
  await commitHead(session, next, [end, ...forgetCheckpoint(session), ...writes, ...eventWrites(events)]);
  await publishEvents(ports, events);
}

/** Leaves the run to another message, which may begin at once, or when Webex wants to hear from us again. */
export async function leave(session: Session, retryAfterMs?: number): Promise<SyncRun> {
  const { ports, head } = session;
  const now = ports.clock.now();
  const data = released(head.data, now, retryAfterMs && now + retryAfterMs);
  await commitHead(session, data, checkpointWrites(session, data));
  return counted(session, data);
}
