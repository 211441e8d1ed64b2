/** Syncs one person at a caller's request, between two scans. */

import { pastWriter } from '../domain/change-feed.ts';
import type { Customer } from '../domain/customer.ts';
import { codeOf, Failure } from '../domain/failure.ts';
import type { Person } from '../domain/person.ts';
import { chunkIds, entryLine, extendedLog, type RosterChunk } from '../domain/roster.ts';
import { isMember } from '../domain/scan.ts';
import type { SyncHead } from '../domain/sync-head.ts';
import { hashOf, isStorable, type Tombstone, toUser, type User } from '../domain/user.ts';
import type { Ports, Stored, Write } from '../ports.ts';
import { customerPath, feedOf, rosterOf, syncHeadPath, usersOf } from '../storage/layout.ts';
import { newId } from '../storage/outbox.ts';
import { transact, unchanged } from '../storage/transact.ts';
import { rateLimitedCaller } from './webex-calls.ts';

export type OnePerson =
  | { outcome: 'added' | 'changed' | 'returned' | 'unchanged'; user: User }
  /** Webex does not find the person. The next sync removes them, because one answer is not enough for a removal. */
  | { outcome: 'not_found' };

/**
 * Brings one person up to date.
 * @throws Failure `not_found` (the customer), `busy` while a sync is in progress, and Webex's codes
 */
export async function syncOnePerson(ports: Ports, customerId: string, personId: string): Promise<OnePerson> {
  const { store } = ports;
  return transact<OnePerson>(ports, async () => {
    const [customer, head] = await Promise.all([
      store.get<Customer>(customerPath(customerId)),
      store.get<SyncHead>(syncHeadPath(customerId)),
    ]);
    if (!customer) throw new Failure('not_found', 'There is no such customer.');
    if (!head) throw new Failure('not_found', 'This customer has not been synced yet.');
    if (head.data.run) throw new Failure('busy', 'A sync is in progress.', { retryAfterMs: 60_000 });
    // Read after the head: if a sync stores a newer state of the person meanwhile, the commit conflicts, and Webex is asked again.
    const person = await readPerson(ports, customerId, personId);
    if (!person || !isMember(person, customer.data.accountNumber) || !isStorable(person)) {
      return { writes: [], result: { outcome: 'not_found' } };
    }
    const known = await store.get<User | Tombstone>(`${usersOf(customerId)}/${person.id}`);
    const isPresent = known !== undefined && known.data.removedAt === undefined;
    const hash = hashOf(person);
    if (isPresent && known.data.hash === hash) {
      return { writes: [], result: { outcome: 'unchanged', user: known.data as User } };
    }
    const user = toUser(person, hash, head.data.revision + 1);
    const outcome = isPresent ? 'changed' : known ? 'returned' : 'added';
    const writes = await userWrites(ports, head, user, isPresent ? 0 : 1);
    return { writes: [...writes, unchanged(customer)], result: { outcome, user } };
  });
}

/** Undefined when Webex does not find the person. */
async function readPerson(ports: Ports, customerId: string, personId: string): Promise<Person | undefined> {
  const call = rateLimitedCaller(ports, customerId);
  return call((access) => ports.webex.person(access, personId)).catch((error) => {
    if (codeOf(error) === 'webex_not_found') return undefined;
    throw error;
  });
}

/** The user, the line in the roster's log, the writer that this one follows, and the head. */
async function userWrites(
  { store, clock }: Ports,
  head: Stored<SyncHead>,
  user: User,
  people: number,
): Promise<Write[]> {
  const { customerId, roster } = head.data;
  const now = clock.now();
  const writer = newId(now);
  const past = pastWriter(head.data, writer, now);
  const lastId = chunkIds(roster).at(-1);
  const last = lastId && (await store.get<RosterChunk>(`${rosterOf(customerId)}/${lastId}`));
  const log = extendedLog(roster, last ? last.data.entries : '', [entryLine(user.id, user.hash)]);
  const data: SyncHead = {
    ...head.data,
    revision: user.revision,
    writer,
    roster: { ...roster, entries: log.entries, people: roster.people + people },
  };
  return [
    { set: head.path, data, if: { version: head.version } },
    { set: `${usersOf(customerId)}/${user.id}`, data: user },
    ...log.chunks.map((chunk): Write => ({ set: `${rosterOf(customerId)}/${chunk.id}`, data: chunk.data })),
    ...(past ? [{ set: `${feedOf(customerId)}/${past.id}`, data: past.data }] : []),
  ];
}
