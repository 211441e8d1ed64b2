/** A run's writes of users: what differs is gathered over pages, and committed with its roster lines under the head. */

import type { Person } from '../domain/person.ts';
import { entryOf, extend, removalOf } from '../domain/roster.ts';
import { belongs, type Judgement, judge } from '../domain/scan.ts';
import type { SyncCounts } from '../domain/sync-run.ts';
import { day } from '../domain/time.ts';
import { hashOf, type Tombstone, tombstone, toUser, type User } from '../domain/user.ts';
import type { Write } from '../ports.ts';
import { rosterOf, usersOf } from '../storage/layout.ts';
import { advance, checkpointWrites, type Session } from './session.ts';

/** Beside the head, the log's documents, the checkpoint and the run, below the 500 writes and 3.5 MB of a commit. */
export const usersPerCommit = 450;
const bytesPerCommit = 2_500_000;

type Difference = Exclude<Judgement, 'unchanged'>;
/** Who differs and is not committed yet, by id. `first`: seen for the first time in this run, and so counted. */
export type Pending = Map<string, { person: Person; hash: number; difference: Difference; first: boolean }>;

/** Compares people with the roster; who differs is pending from then on. */
export function compare({ roster, customer }: Session, people: Person[], pending: Pending): void {
  for (const person of people) {
    if (!belongs(person, customer.accountNumber)) continue;
    const hash = hashOf(person);
    const difference = judge(roster, person.id, hash);
    if (difference !== 'unchanged') roster.set(person.id, hash);
    const first = roster.see(person.id);
    if (difference === 'unchanged') continue;
    // Who is on two pages counts once; the later page is the fresher one.
    const before = pending.get(person.id) ?? { difference, first };
    pending.set(person.id, { ...before, person, hash });
  }
}

/** Commits full batches of what is pending. */
export async function flushFull(session: Session, pending: Pending): Promise<void> {
  while (pending.size >= usersPerCommit) await commitPending(session, pending);
}

/** Commits all that is pending, and with the last of it from where another message can go on. */
export async function flushAll(session: Session, pending: Pending, checkpoint = false): Promise<void> {
  do await commitPending(session, pending, checkpoint);
  while (pending.size > 0);
}

async function commitPending(session: Session, pending: Pending, checkpoint = false): Promise<void> {
  const batch: Batch = { users: [], lines: [], people: 0, counts: { ...session.head.data.run!.counts } };
  let { revision } = session.head.data;
  let bytes = 0;
  for (const { person, hash, difference, first } of pending.values()) {
    const user = toUser(person, hash, revision + 1);
    bytes += Buffer.byteLength(JSON.stringify(user));
    if (batch.users.length === usersPerCommit || (bytes > bytesPerCommit && batch.users.length > 0)) break;
    revision += 1;
    batch.users.push(user);
    batch.lines.push(entryOf(person.id, hash));
    if (difference !== 'changed') batch.people += 1;
    if (first) batch.counts[difference] += 1;
    pending.delete(person.id);
  }
  const withCheckpoint = checkpoint && pending.size === 0;
  if (batch.users.length > 0 || withCheckpoint) await commitBatch(session, batch, withCheckpoint);
}

/** Turns users into tombstones, as many of them as one commit takes; answers how many. */
export async function commitRemovals(session: Session, ids: string[]): Promise<number> {
  const { ports, customer, head, roster } = session;
  const now = ports.clock.now();
  const today = Math.floor(now / day);
  const stored = await ports.store.getMany<User | Tombstone>(ids.map((id) => `${usersOf(customer.id)}/${id}`));
  const users: Tombstone[] = [];
  let [taken, bytes] = [0, 0];
  for (const user of stored) {
    const gone = user && tombstone(user.data, head.data.revision + 1 + users.length, now);
    bytes += gone ? Buffer.byteLength(JSON.stringify(gone)) : 0;
    if (bytes > bytesPerCommit && taken > 0) break;
    if (gone) users.push(gone);
    taken += 1;
  }
  const removed = ids.slice(0, taken);
  const counts = { ...head.data.run!.counts };
  counts.removed += taken;
  for (const id of removed) roster.remove(id, today);
  const lines = removed.map((id) => removalOf(id, today));
  await commitBatch(session, { users, lines, people: -taken, counts });
  return taken;
}

interface Batch {
  /** With the revisions that follow the head's. */
  users: (User | Tombstone)[];
  lines: string[];
  /** How many more are there afterwards. */
  people: number;
  counts: SyncCounts;
}

async function commitBatch(session: Session, batch: Batch, checkpoint = false): Promise<void> {
  const { customer, head, lastChunk } = session;
  const { revision, roster, run } = head.data;
  const log = extend(roster, lastChunk, batch.lines);
  const change = {
    revision: revision + batch.users.length,
    roster: { ...roster, entries: log.entries, people: roster.people + batch.people },
    run: { id: run!.id, counts: batch.counts },
  };
  await advance(session, change, [
    ...batch.users.map((data): Write => ({ set: `${usersOf(customer.id)}/${data.id}`, data })),
    ...log.chunks.map(({ id, data }): Write => ({ set: `${rosterOf(customer.id)}/${id}`, data })),
    ...(checkpoint ? checkpointWrites(session, { ...head.data, ...change }) : []),
  ]);
  session.lastChunk = log.last;
}
