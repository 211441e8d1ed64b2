/** Syncs one person at a caller's request, between two scans. */

import type { Customer } from '../domain/customer.ts';
import { codeOf, Failure } from '../domain/failure.ts';
import { chunkIds, entryLine, extendedLog, type RosterChunk } from '../domain/roster.ts';
import { isMember } from '../domain/scan.ts';
import type { SyncHead } from '../domain/sync-head.ts';
import { hashOf, type Tombstone, toUser, type User } from '../domain/user.ts';
import type { Ports, Store, Stored, Write } from '../ports.ts';
import { customerPath, rosterOf, syncHeadPath, usersOf } from '../storage/layout.ts';
import { transact } from '../storage/transact.ts';
import { rateLimitedCaller } from './webex-calls.ts';

export type OnePerson =
  | { outcome: 'added' | 'changed' | 'returned' | 'unchanged'; user: User }
  /** Webex does not know the person. The next sync removes them: one answer is not enough for a removal. */
  | { outcome: 'not_found' };

/**
 * Brings one person up to date.
 * @throws Failure `not_found` (the customer), `busy` while a sync is in progress, and Webex's codes
 */
export async function syncOnePerson(ports: Ports, customerId: string, personId: string): Promise<OnePerson> {
  const { store, webex } = ports;
  const customer = await store.get<Customer>(customerPath(customerId));
  if (!customer) throw new Failure('not_found', 'There is no such customer.');
  // Read before Webex is asked: a sync in progress may have to wait until Webex may be called again.
  await readIdleHead(store, customerId);
  const call = rateLimitedCaller(ports, customerId);
  const person = await call((access) => webex.person(access, personId)).catch((error) => {
    if (codeOf(error) === 'webex_not_found') return undefined;
    throw error;
  });
  if (!person || !isMember(person, customer.data.accountNumber)) return { outcome: 'not_found' };
  const hash = hashOf(person);
  return transact<OnePerson>(ports, async () => {
    const [head, known] = await Promise.all([
      readIdleHead(store, customerId),
      store.get<User | Tombstone>(`${usersOf(customerId)}/${person.id}`),
    ]);
    const isPresent = known !== undefined && known.data.removedAt === undefined;
    if (isPresent && known.data.hash === hash)
      return { writes: [], result: { outcome: 'unchanged', user: known.data as User } };
    const user = toUser(person, hash, head.data.revision + 1);
    const outcome = isPresent ? 'changed' : known ? 'returned' : 'added';
    return { writes: await userWrites(store, head, user, isPresent ? 0 : 1), result: { outcome, user } };
  });
}

async function readIdleHead(store: Store, customerId: string): Promise<Stored<SyncHead>> {
  const head = await store.get<SyncHead>(syncHeadPath(customerId));
  if (!head) throw new Failure('not_found', 'This customer has not been synced yet.');
  if (head.data.run) throw new Failure('busy', 'A sync is in progress.', { retryAfterMs: 60_000 });
  return head;
}

/** The user, the line in the roster's log, and the head. */
async function userWrites(store: Store, head: Stored<SyncHead>, user: User, people: number): Promise<Write[]> {
  const { customerId, roster } = head.data;
  const lastId = chunkIds(roster).at(-1);
  const last = lastId && (await store.get<RosterChunk>(`${rosterOf(customerId)}/${lastId}`));
  const log = extendedLog(roster, last ? last.data.entries : '', [entryLine(user.id, user.hash)]);
  const data: SyncHead = {
    ...head.data,
    revision: user.revision,
    roster: { ...roster, entries: log.entries, people: roster.people + people },
  };
  return [
    { set: head.path, data, if: { version: head.version } },
    { set: `${usersOf(customerId)}/${user.id}`, data: user },
    ...log.chunks.map((chunk): Write => ({ set: `${rosterOf(customerId)}/${chunk.id}`, data: chunk.data })),
  ];
}
