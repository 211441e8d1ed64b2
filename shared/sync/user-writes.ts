/** A run's writes of users: people who differ from the roster are collected over pages and committed in batches. */

import { Failure } from '../domain/failure.ts';
import type { Person } from '../domain/person.ts';
import { entryLine, removalLine } from '../domain/roster.ts';
import { type Difference, differenceFrom, isMember } from '../domain/scan.ts';
import type { SyncHead } from '../domain/sync-head.ts';
import { maxSkipped } from '../domain/sync-run.ts';
import { day } from '../domain/time.ts';
import { hashOf, isStorable, type Tombstone, toTombstone, toUser, type User } from '../domain/user.ts';
import { usersOf } from '../storage/layout.ts';
import type { RunContext } from './context.ts';
import type { RosterStore, UserBatch } from './roster-store.ts';

/** Leaves room for the head and the roster's documents within the 500 writes and 3.5 MB of a commit. */
export const usersPerCommit = 450;
const bytesPerCommit = 2_500_000;

interface PendingPerson {
  person: Person;
  hash: number;
  /** The hash in the stored roster; undefined when the person is not in it. */
  storedHash: number | undefined;
  difference: Difference;
  /** Seen for the first time in this run, and so counted. */
  isFirst: boolean;
}

export class UserWriter {
  readonly #pending = new Map<string, PendingPerson>();
  readonly #skipped = new Set<string>();
  readonly #context: RunContext;
  readonly #store: RosterStore;

  constructor(context: RunContext, store: RosterStore) {
    this.#context = context;
    this.#store = store;
  }

  /** People who could not be read or stored. They count as seen, so that they are not removed. */
  get skipped(): ReadonlySet<string> {
    return this.#skipped;
  }

  /** Compares people with the roster; those who differ are pending until a flush. */
  compare(people: Person[]): void {
    for (const person of people) this.#compareOne(person);
  }

  /** @throws Failure `internal` after too many people, because then the fault is not in single records */
  skip(person: string, reason: string): void {
    if (this.#skipped.has(person)) return;
    if (this.#skipped.size >= maxSkipped) throw new Failure('internal', 'Too many people cannot be stored.');
    this.#skipped.add(person);
    this.#context.ports.log.warn('person_skipped', { customer: this.#context.customer.id, person, reason });
  }

  /** Commits full batches of pending people. */
  async flushFull(): Promise<void> {
    while (this.#pending.size >= usersPerCommit) await this.#commit(this.#takePending());
  }

  /** Commits all pending people. */
  async flushAll(): Promise<void> {
    while (this.#pending.size > 0) await this.#commit(this.#takePending());
  }

  #compareOne(person: Person): void {
    if (!isMember(person, this.#context.customer.accountNumber)) return;
    if (!isStorable(person)) {
      this.skip(person.id, 'not_storable');
      return;
    }
    const { roster } = this.#store;
    const hash = hashOf(person);
    const storedHash = roster.hash(person.id);
    const difference = differenceFrom(roster, person.id, hash);
    if (difference) roster.set(person.id, hash);
    const isFirst = roster.see(person.id);
    if (!difference) return;
    // A person on two pages counts once; the later page is the fresher one.
    const before = this.#pending.get(person.id) ?? { storedHash, difference, isFirst };
    this.#pending.set(person.id, { ...before, person, hash });
  }

  /** Takes as many people as fit into one commit. */
  #takePending(): PendingPerson[] {
    const taken: PendingPerson[] = [];
    let bytes = 0;
    for (const each of this.#pending.values()) {
      bytes += Buffer.byteLength(JSON.stringify(each.person));
      if (taken.length === usersPerCommit || (bytes > bytesPerCommit && taken.length > 0)) break;
      taken.push(each);
      this.#pending.delete(each.person.id);
    }
    return taken;
  }

  /** Commits people; when the store refuses their documents, it finds the refused ones by halving, and skips them. */
  async #commit(people: PendingPerson[]): Promise<void> {
    try {
      await this.#store.append(toBatch(people, this.#store.fence.head));
    } catch (error) {
      if (error instanceof Failure) throw error;
      const [first, ...others] = people;
      if (first && others.length === 0) {
        this.#restoreRoster(first);
        this.skip(first.person.id, String(error));
        return;
      }
      const middle = Math.ceil(people.length / 2);
      await this.#commit(people.slice(0, middle));
      await this.#commit(people.slice(middle));
    }
  }

  #restoreRoster({ person, storedHash }: PendingPerson): void {
    if (storedHash === undefined) this.#store.roster.forget(person.id);
    else this.#store.roster.set(person.id, storedHash);
  }
}

function toBatch(people: PendingPerson[], { revision, run }: SyncHead): UserBatch {
  const counts = { ...run!.counts };
  for (const { difference, isFirst } of people) if (isFirst) counts[difference] += 1;
  return {
    users: people.map(({ person, hash }, index) => toUser(person, hash, revision + index + 1)),
    lines: people.map(({ person, hash }) => entryLine(person.id, hash)),
    people: people.filter(({ difference }) => difference !== 'changed').length,
    counts,
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
