/** One message's work on a run: takes the lease, and makes every commit and checkpoint on the head's version. */

import { randomUUID } from 'node:crypto';
import type { Connection } from '../domain/connection.ts';
import type { Customer } from '../domain/customer.ts';
import { Failure, trackingIdOf } from '../domain/failure.ts';
import { newRoster, type Roster } from '../domain/roster.ts';
import type { ScanPosition } from '../domain/scan.ts';
import { leased, released, type SyncHead, turnOf } from '../domain/sync-head.ts';
import { type SyncRun, type SyncSettings, syncSettings, withTrouble } from '../domain/sync-run.ts';
import type { Ports, Stored, Write } from '../ports.ts';
import { connectionPath, customerPath, rosterOf, syncHeadPath, syncsOf } from '../storage/layout.ts';
import { type Call, callsOf } from './webex-calls.ts';

/** The document `customers/{id}/roster/checkpoint`: from where another message can go on. */
interface Checkpoint {
  run: string;
  /** When it last got further. */
  at: number;
  scan: ScanPosition;
  /** The first so many who were absent are confirmed to be gone. */
  confirmed: number;
  /** The log as it was, and who of it had been seen. */
  generation: number;
  entries: number;
  seen: string;
}

export interface Session {
  ports: Ports;
  customer: Customer;
  /** Who authorized the connection, where that is known. */
  authorizer: string | undefined;
  /** When the grant was given that the run works with. */
  grantedAt: number | undefined;
  settings: SyncSettings;
  call: Call;
  /** Nothing new is begun after this: another message goes on. Epoch ms. */
  endsAt: number;
  /** Nor once this has aborted. */
  ending: AbortSignal | undefined;
  head: Stored<SyncHead>;
  run: SyncRun;
  /** The checkpoint that the run goes on from. */
  mark: Checkpoint | undefined;
  roster: Roster;
  /** The text of the log's last document. */
  lastChunk: string;
  scan: ScanPosition;
  confirmed: number;
  checkpointedAt: number;
  seenAtCheckpoint: number;
  hasCheckpoint: boolean;
}

/** Older than this, what was seen says too little about who is there now. */
const checkpointKeptMs = 60 * 60_000;
const checkpointAtMostEveryMs = 5_000;
const checkpointAtLeastEveryMs = 60_000;
const checkpointPeople = 10_000;

const checkpointPath = (customerId: string) => `${rosterOf(customerId)}/checkpoint`;
export const runPath = (run: Pick<SyncRun, 'customerId' | 'id'>) => `${syncsOf(run.customerId)}/${run.id}`;

/**
 * Takes the run's lease, if there is something to do; its roster is still to be loaded.
 * @throws Failure `busy` while another message works on it, `webex_rate_limited` while Webex wants silence, `conflict`
 *   when another message was faster, `not_found` when the customer has been deleted
 */
export async function openSession(
  ports: Ports,
  customerId: string,
  runId: string,
  budgetMs: number,
  ending?: AbortSignal,
): Promise<Session | undefined> {
  const { store, clock } = ports;
  const startedAt = clock.now();
  const [head, stored, customer, connection, checkpoint] = await Promise.all([
    store.get<SyncHead>(syncHeadPath(customerId)),
    store.get<SyncRun>(runPath({ customerId, id: runId })),
    store.get<Customer>(customerPath(customerId)),
    store.get<Connection>(connectionPath(customerId)),
    store.get<Checkpoint>(checkpointPath(customerId)),
  ]);
  const turn = turnOf(head?.data, runId, startedAt);
  if (turn.kind === 'over' || !head || !stored) return undefined;
  if (!customer) throw new Failure('not_found', 'There is no such customer.');
  if (turn.kind !== 'go') {
    const code = turn.kind === 'busy' ? 'busy' : 'webex_rate_limited';
    throw new Failure(code, 'The sync cannot go on yet.', { retryAfterMs: turn.until - startedAt });
  }
  const mark = checkpoint?.data.run === runId && isUsable(checkpoint.data, head.data, startedAt) && checkpoint.data;
  const run: SyncRun = {
    ...stored.data,
    state: 'running',
    attempts: stored.data.attempts + 1,
    ...(stored.data.startedAt === undefined && { startedAt, expected: head.data.roster.people }),
    // Without a checkpoint the run begins again with its first phase.
    ...(!mark && { phases: [] }),
  };
  const data = leased(released(head.data, startedAt), randomUUID(), startedAt);
  const [version] = await store.commit([
    { set: head.path, data, if: { version: head.version } },
    { set: stored.path, data: run },
  ]);
  const session: Session = {
    ports,
    customer: customer.data,
    authorizer: connection?.data.grant?.authorizer?.id,
    grantedAt: connection?.data.grant?.grantedAt,
    settings: syncSettings(customer.data.sync),
    call: callsOf(
      ports,
      customerId,
      (failure) => {
        const { code } = failure;
        const trackingId = trackingIdOf(failure);
        session.run = withTrouble(session.run, { at: clock.now(), code, ...(trackingId && { trackingId }) });
      },
      ending,
    ),
    endsAt: startedAt + budgetMs,
    ending,
    head: { path: head.path, version: version!, data },
    run,
    mark: mark || undefined,
    roster: newRoster(),
    lastChunk: '',
    scan: mark ? mark.scan : { pages: 0, pageSize: ports.settings.pageSize, restarts: 0 },
    confirmed: mark ? mark.confirmed : 0,
    checkpointedAt: startedAt,
    seenAtCheckpoint: 0,
    hasCheckpoint: checkpoint !== undefined,
  };
  return session;
}

/** A checkpoint says nothing about a log that was rewritten since, and too little when it is old. */
function isUsable(checkpoint: Checkpoint, head: SyncHead, now: number): boolean {
  return checkpoint.generation === head.roster.generation && now - checkpoint.at < checkpointKeptMs;
}

/**
 * Commits under the head: all of it, or nothing when the head is no longer ours. The lease is renewed with every commit.
 * @throws Failure `conflict` when another runner has taken over or the customer was deleted
 */
export async function advance(session: Session, change: Partial<SyncHead>, writes: Write[]): Promise<void> {
  const { ports, head } = session;
  const data = leased({ ...head.data, ...change }, head.data.lease!.owner, ports.clock.now());
  await commitHead(session, data, writes);
}

/** As `advance`, for a head that no longer is under the lease. */
export async function commitHead(session: Session, data: SyncHead, writes: Write[]): Promise<void> {
  const { ports, head } = session;
  const write: Write = { set: head.path, data, if: { version: head.version } };
  const [version] = await ports.store.commit([write, ...writes]);
  session.head = { ...head, version: version!, data };
}

/** The run with what has been counted so far. */
export function counted({ run, roster, scan }: Session, head: SyncHead): SyncRun {
  const counts = head.run?.counts ?? run.counts;
  const scanned = run.approves ? 0 : roster.seenCount;
  const unchanged = Math.max(0, scanned - counts.added - counts.changed - counts.returned);
  return { ...run, pages: scan.pages, counts: { ...counts, scanned, unchanged } };
}

/**
 * The writes from which another message can go on, for a commit after which nothing is pending and the head is this one.
 */
export function checkpointWrites(session: Session, head: SyncHead): Write[] {
  const { customer, run, roster, scan, confirmed, ports } = session;
  const now = ports.clock.now();
  const { generation, entries } = head.roster;
  const seen = roster.seenBits();
  // Attempts that get nowhere make what was seen no younger.
  const { mark } = session;
  const stands = mark?.seen === seen && mark.confirmed === confirmed && mark.scan.pages === scan.pages;
  const at = stands ? mark.at : now;
  const checkpoint: Checkpoint = { run: run.id, at, scan, confirmed, generation, entries, seen };
  Object.assign(session, {
    mark: checkpoint,
    checkpointedAt: now,
    seenAtCheckpoint: roster.seenCount,
    hasCheckpoint: true,
  });
  return [
    { set: checkpointPath(customer.id), data: checkpoint },
    { set: runPath(run), data: counted(session, head) },
  ];
}

/** The write that forgets the checkpoint, if there is one. */
export function forgetCheckpoint({ hasCheckpoint, customer }: Session): Write[] {
  return hasCheckpoint ? [{ delete: checkpointPath(customer.id) }] : [];
}

/**
 * Whether a checkpoint is worth its three writes: at most about ten for 100,000 people however slow Webex is, at least one
 * a minute so that the lease lasts.
 */
export function checkpointDue({ ports, checkpointedAt, seenAtCheckpoint, roster }: Session): boolean {
  const sinceMs = ports.clock.now() - checkpointedAt;
  if (sinceMs >= checkpointAtLeastEveryMs) return true;
  return sinceMs >= checkpointAtMostEveryMs && roster.seenCount - seenAtCheckpoint >= checkpointPeople;
}

export const outOfTime = ({ ports, endsAt, ending }: Session) =>
  ports.clock.now() >= endsAt || (ending?.aborted ?? false);
