/** Reading a customer's users: the change feed and the search; and one person synced at somebody's request. */

import { commitDecision } from './commit.ts';
import { type FeedPosition, feedCursor, feedPosition } from './domain/change-feed.ts';
import type { Customer } from './domain/customer.ts';
import { nameKey } from './domain/customer.ts';
import type { Directory } from './domain/directory.ts';
import { codeOf, Failure } from './domain/failure.ts';
import { customerPath, directoryPath, rosterOf, usersOf } from './domain/paths.ts';
import { chunkIds, entryOf, extend, type RosterChunk } from './domain/roster.ts';
import { belongs } from './domain/scan.ts';
import { emailKey, hashOf, type Tombstone, toUser, type User, type UserStatus } from './domain/user.ts';
import type { Outside, Store, Stored, Write } from './ports.ts';
import { callsOf } from './sync-calls.ts';

type Parts = Pick<Outside, 'store' | 'sealer' | 'queue' | 'webex' | 'clock' | 'log' | 'settings'>;

export interface Changes {
  /** In commit order; a tombstone for who was removed. */
  users: (User | Tombstone)[];
  /** Where the next read goes on, whether or not there is more yet. */
  cursor: string;
  more: boolean;
}

/**
 * What has changed since the cursor. Revisions are given out in commit order under the head, so a reader that polls while
 * a sync runs misses nothing and sees nothing out of order.
 * @throws Failure `invalid_request`, `cursor_expired` after 90 days: read all users again
 */
export async function readChanges(
  { store, clock }: Pick<Outside, 'store' | 'clock'>,
  customerId: string,
  since: string | undefined,
  limit: number,
): Promise<Changes> {
  const startedAt = clock.now();
  const position: FeedPosition = feedPosition(since, startedAt);
  const found = await store.query<User | Tombstone>({
    collection: usersOf(customerId),
    range: { field: 'revision', from: position.revision + 1 },
    orderBy: { field: 'revision', direction: 'ascending' },
    limit: limit + 1,
  });
  const users = found.slice(0, limit).map(({ data }) => data);
  const more = found.length > users.length;
  const revision = users.at(-1)?.revision ?? position.revision;
  const cursor = feedCursor({ revision, completeAt: more ? position.completeAt : startedAt });
  return { users, cursor, more };
}

export interface UserSearch {
  /** The beginning of a name, whatever its case. */
  namePrefix?: string;
  /** One whole address, whatever its case. */
  email?: string;
  status?: UserStatus;
  limit: number;
  after?: { value: string; id: string };
}

/** Users who are there, by name, one page. */
export async function searchUsers(
  store: Store,
  customerId: string,
  search: UserSearch,
): Promise<{ users: User[]; next?: { value: string; id: string } }> {
  const prefix = search.namePrefix === undefined ? undefined : nameKey(search.namePrefix);
  if (search.email !== undefined) {
    // Few have the same address: what else is asked for is judged here, and needs no index of its own.
    const found = await store.query<User>({
      collection: usersOf(customerId),
      contains: { field: 'emailKeys', value: emailKey(search.email) },
      limit: search.limit,
    });
    const fits = (user: User) =>
      (search.status === undefined || user.status === search.status) && user.nameKey.startsWith(prefix ?? '');
    return { users: found.map(({ data }) => data).filter(fits) };
  }
  const found = await store.query<User>({
    collection: usersOf(customerId),
    ...(search.status && { equals: { status: search.status } }),
    ...(prefix && { range: { field: 'nameKey', from: prefix, before: `${prefix}\u{10ffff}` } }),
    orderBy: { field: 'nameKey', direction: 'ascending' },
    ...(search.after && { after: search.after }),
    limit: search.limit + 1,
  });
  const users = found.slice(0, search.limit).map(({ data }) => data);
  const last = found.length > users.length ? users.at(-1) : undefined;
  return { users, ...(last && { next: { value: last.nameKey, id: last.id } }) };
}

export type OnePerson =
  | { outcome: 'added' | 'changed' | 'returned' | 'unchanged'; user: User }
  /** Webex does not know them. They are removed by the next sync: one answer is not the proof that a removal needs. */
  | { outcome: 'not_found' };

/**
 * Brings one person up to date.
 * @throws Failure `not_found` (the customer), `busy` while a sync of everybody is under way, and Webex's codes
 */
export async function syncOnePerson(outside: Parts, customerId: string, personId: string): Promise<OnePerson> {
  const { store, webex } = outside;
  const customer = await store.get<Customer>(customerPath(customerId));
  if (!customer) throw new Failure('not_found', 'There is no such customer.');
  // Before Webex is asked: a run may have been told to be silent.
  await idleHead(store, customerId);
  const call = callsOf(outside, customerId, () => {});
  const person = await call((access) => webex.person(access, personId)).catch((error) => {
    if (codeOf(error) === 'webex_not_found') return undefined;
    throw error;
  });
  if (!person || !belongs(person, customer.data.accountNumber)) return { outcome: 'not_found' };
  const hash = hashOf(person);
  return commitDecision<OnePerson>(outside, async () => {
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

async function idleHead(store: Store, customerId: string): Promise<Stored<Directory>> {
  const head = await store.get<Directory>(directoryPath(customerId));
  if (!head) throw new Failure('not_found', 'This customer has not been synced yet.');
  if (head.data.run) throw new Failure('busy', 'A sync of everybody is under way.', { retryAfterMs: 60_000 });
  return head;
}

/** The user, their line in the roster's log, and the head. */
async function oneWrite(store: Store, head: Stored<Directory>, user: User, more: number): Promise<Write[]> {
  const { customerId, roster } = head.data;
  const lastId = chunkIds(roster).at(-1);
  const last = lastId && (await store.get<RosterChunk>(`${rosterOf(customerId)}/${lastId}`));
  const log = extend(roster, last ? last.data.entries : '', [entryOf(user.id, user.hash)]);
  const data: Directory = {
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
