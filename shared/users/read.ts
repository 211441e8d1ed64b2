/** Reading a customer's users: the change feed and the search; and one person synced at somebody's request. */

import { type FeedPosition, feedCursor, feedPosition } from '../domain/change-feed.ts';
import { nameKey } from '../domain/customer.ts';
import { emailKey, type Tombstone, type User, type UserStatus } from '../domain/user.ts';
import type { Ports, Store } from '../ports.ts';
import { usersOf } from '../storage/layout.ts';

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
