/** A run's writes of users: people who differ from the roster are collected over pages and committed in batches. */

import type { Person } from '../domain/person.ts';
import { entryLine, removalLine } from '../domain/roster.ts';
import { type Difference, differenceFrom, isMember } from '../domain/scan.ts';
import { day } from '../domain/time.ts';
import { hashOf, type Tombstone, toTombstone, toUser, type User } from '../domain/user.ts';
import { usersOf } from '../storage/layout.ts';
import type { RunContext } from './context.ts';
import type { RosterStore, UserBatch } from './roster-store.ts';

/** Leaves room for the head and the roster's documents within the 500 writes and 3.5 MB of a commit. */
export const usersPerCommit = 450;
const bytesPerCommit = 2_500_000;

export interface UserWriter {
  /** Compares people with the roster; those who differ are pending until a flush. */
  compare(people: Person[]): void;
  /** Commits full batches of pending people. */
  flushFull(): Promise<void>;
  /** Commits all pending people. */
  flushAll(): Promise<void>;
}

interface PendingPerson {
  person: Person;
  hash: number;
  difference: Difference;
  /** Seen for the first time in this run, and so counted. */
  isFirst: boolean;
}

export function createUserWriter({ customer }: RunContext, store: RosterStore): UserWriter {
  const pending = new Map<string, PendingPerson>();

  function takeBatch(): UserBatch {
    const { revision, run } = store.fence.head;
    const batch: UserBatch = { users: [], lines: [], people: 0, counts: { ...run!.counts } };
    let bytes = 0;
    for (const { person, hash, difference, isFirst } of pending.values()) {
      const user = toUser(person, hash, revision + batch.users.length + 1);
      bytes += Buffer.byteLength(JSON.stringify(user));
      if (batch.users.length === usersPerCommit || (bytes > bytesPerCommit && batch.users.length > 0)) break;
      batch.users.push(user);
      batch.lines.push(entryLine(person.id, hash));
      if (difference !== 'changed') batch.people += 1;
      if (isFirst) batch.counts[difference] += 1;
      pending.delete(person.id);
    }
    return batch;
  }

  return {
    compare(people) {
      const { roster } = store;
      for (const person of people) {
        if (!isMember(person, customer.accountNumber)) continue;
        const hash = hashOf(person);
        const difference = differenceFrom(roster, person.id, hash);
        if (difference) roster.set(person.id, hash);
        const isFirst = roster.see(person.id);
        if (!difference) continue;
        // A person on two pages counts once; the later page is the fresher one.
        pending.set(person.id, { ...(pending.get(person.id) ?? { difference, isFirst }), person, hash });
      }
    },
    async flushFull() {
      while (pending.size >= usersPerCommit) await store.append(takeBatch());
    },
    async flushAll() {
      while (pending.size > 0) await store.append(takeBatch());
    },
  };
}

/**
 * Turns users into tombstones, as many as fit into one commit.
 * @returns how many
 */
export async function removeUsers({ ports, customer }: RunContext, store: RosterStore, ids: string[]): Promise<number> {
  const { fence, roster } = store;
  const now = ports.clock.now();
  const today = Math.floor(now / day);
  const stored = await ports.store.getMany<User | Tombstone>(ids.map((id) => `${usersOf(customer.id)}/${id}`));
  const users: Tombstone[] = [];
  let [taken, bytes] = [0, 0];
  for (const user of stored) {
    const gone = user && toTombstone(user.data, fence.head.revision + 1 + users.length, now);
    bytes += gone ? Buffer.byteLength(JSON.stringify(gone)) : 0;
    if (bytes > bytesPerCommit && taken > 0) break;
    if (gone) users.push(gone);
    taken += 1;
  }
  const removed = ids.slice(0, taken);
  for (const id of removed) roster.remove(id, today);
  const { counts } = fence.head.run!;
  const lines = removed.map((id) => removalLine(id, today));
  await store.append({ users, lines, people: -taken, counts: { ...counts, removed: counts.removed + taken } });
  return taken;
}
