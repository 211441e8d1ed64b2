/** Reads a customer's users: the change feed, and the list with its search. */

import { type FeedPosition, feedCursor, feedPosition } from '../domain/change-feed.ts';
import { nameKey } from '../domain/customer.ts';
import { emailKey, type Tombstone, type User, type UserStatus } from '../domain/user.ts';
import type { Ports, Store } from '../ports.ts';
import { usersOf } from '../storage/layout.ts';

export interface Changes {
  /** In the order of the commits; a tombstone stands for a person who was removed. */
  users: (User | Tombstone)[];
  /** Where the next read continues, whether or not there is more yet. */
  cursor: string;
  more: boolean;
}

/**
 * Reads the changes since a cursor. Revisions grow in the order of the commits, so a reader who polls while a sync runs
 * misses nothing and sees everything in order.
 * @throws Failure `invalid_request`; `cursor_expired` when the reader must read all users again
 */
export async function readChanges(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
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
  /** The beginning of a name, in any case. */
  namePrefix?: string;
  /** One whole address, in any case. */
  email?: string;
  status?: UserStatus;
  limit: number;
  after?: { value: string; id: string };
}

/** Reads one page of the users who are present, by name. */
export async function searchUsers(
  store: Store,
  customerId: string,
  search: UserSearch,
): Promise<{ users: User[]; next?: { value: string; id: string } }> {
  const prefix = search.namePrefix === undefined ? undefined : nameKey(search.namePrefix);
  if (search.email !== undefined) {
    // Few people share an address, so the other filters need no index of their own.
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
