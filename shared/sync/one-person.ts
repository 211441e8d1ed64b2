/** Syncs one person at a caller's request, between the scans of everybody. */

import type { Customer } from '../domain/customer.ts';
import { codeOf, Failure } from '../domain/failure.ts';
import { chunkIds, entryOf, extend, type RosterChunk } from '../domain/roster.ts';
import { belongs } from '../domain/scan.ts';
import type { SyncHead } from '../domain/sync-head.ts';
import { hashOf, type Tombstone, toUser, type User } from '../domain/user.ts';
import type { Ports, Store, Stored, Write } from '../ports.ts';
import { customerPath, rosterOf, syncHeadPath, usersOf } from '../storage/layout.ts';
import { transact } from '../storage/transact.ts';
import { callsOf } from './webex-calls.ts';

export type OnePerson =
  | { outcome: 'added' | 'changed' | 'returned' | 'unchanged'; user: User }
  /** Webex does not know them. They are removed by the next sync: one answer is not the proof that a removal needs. */
  | { outcome: 'not_found' };

/**
 * Brings one person up to date.
 * @throws Failure `not_found` (the customer), `busy` while a sync of everybody is under way, and Webex's codes
 */
export async function syncOnePerson(ports: Ports, customerId: string, personId: string): Promise<OnePerson> {
  const { store, webex } = ports;
  const customer = await store.get<Customer>(customerPath(customerId));
  if (!customer) throw new Failure('not_found', 'There is no such customer.');
  // Before Webex is asked: a run may have been told to be silent.
  await idleHead(store, customerId);
  const call = callsOf(ports, customerId, () => {});
  const person = await call((access) => webex.person(access, personId)).catch((error) => {
    if (codeOf(error) === 'webex_not_found') return undefined;
    throw error;
  });
  if (!person || !belongs(person, customer.data.accountNumber)) return { outcome: 'not_found' };
  const hash = hashOf(person);
  return transact<OnePerson>(ports, async () => {
    const [head, known] = await Promise.all([
      idleHead(store, customerId),
      store.get<User | Tombstone>(`${usersOf(customerId)}/${person.id}`),
    ]);
    const present = known !== undefined && known.data.removedAt === undefined;
    if (present && known.data.hash === hash)
      return { writes: [], result: { outcome: 'unchanged', user: known.data as User } };
    const user = toUser(person, hash, head.data.revision + 1);
    const outcome = present ? 'changed' : known ? 'returned' : 'added';
    return { writes: await oneWrite(store, head, user, present ? 0 : 1), result: { outcome, user } };
  });
}

async function idleHead(store: Store, customerId: string): Promise<Stored<SyncHead>> {
  const head = await store.get<SyncHead>(syncHeadPath(customerId));
  if (!head) throw new Failure('not_found', 'This customer has not been synced yet.');
  if (head.data.run) throw new Failure('busy', 'A sync of everybody is under way.', { retryAfterMs: 60_000 });
  return head;
}

/** The user, their line in the roster's log, and the head. */
async function oneWrite(store: Store, head: Stored<SyncHead>, user: User, more: number): Promise<Write[]> {
  const { customerId, roster } = head.data;
  const lastId = chunkIds(roster).at(-1);
  const last = lastId && (await store.get<RosterChunk>(`${rosterOf(customerId)}/${lastId}`));
  const log = extend(roster, last ? last.data.entries : '', [entryOf(user.id, user.hash)]);
  const data: SyncHead = {
    ...head.data,
    revision: user.revision,
    roster: { ...roster, entries: log.entries, people: roster.people + more },
  };
  return [
    { set: head.path, data, if: { version: head.version } },
    { set: `${usersOf(customerId)}/${user.id}`, data: user },
    ...log.chunks.map((chunk): Write => ({ set: `${rosterOf(customerId)}/${chunk.id}`, data: chunk.data })),
  ];
}
