/** Reads a customer's users: the change feed, the search, one user, and the names of licences and roles. */

import type { Catalog } from '../domain/catalog.ts';
import { type FeedPosition, feedCursor, feedPosition, isInHistory, type PastWriter } from '../domain/change-feed.ts';
import { nameKey } from '../domain/customer.ts';
import { isDocumentId } from '../domain/document-id.ts';
import { Failure } from '../domain/failure.ts';
import type { SyncHead } from '../domain/sync-head.ts';
import { emailKey, type Tombstone, type User, type UserStatus } from '../domain/user.ts';
import { bareId } from '../domain/webex-id.ts';
import type { Ports, Store } from '../ports.ts';
import { catalogPath, feedOf, syncHeadPath, usersOf } from '../storage/layout.ts';
import { type Position, readPage } from '../storage/pages.ts';

export interface Changes {
  /** In commit order; a tombstone for each removed person. */
  users: (User | Tombstone)[];
  /** Where the next read continues, whether or not there is more now. */
  cursor: string;
  more: boolean;
}

/**
 * Reads what has changed since the cursor. The head gives out revisions in commit order, so a reader who polls during a
 * sync misses nothing and gets everything in order.
 * @throws Failure `invalid_request`, `cursor_expired` after 90 days: read all users again
 */
export async function readChanges(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  customerId: string,
  since: string | undefined,
  limit: number,
): Promise<Changes> {
  const startedAt = clock.now();
  const position = feedPosition(since, startedAt);
  await assertInHistory(store, customerId, position);
  const { documents, next } = await readPage<User | Tombstone>(store, {
    collection: usersOf(customerId),
    range: { field: 'revision', from: position.revision + 1 },
    orderBy: { field: 'revision', direction: 'ascending' },
    limit,
  });
  const users = documents.map(({ data }) => data);
  // Read after the users, so that this writer has written at least as far as they go.
  const head = await store.get<SyncHead>(syncHeadPath(customerId));
  const cursor = feedCursor({
    revision: users.at(-1)?.revision ?? position.revision,
    completeAt: next ? position.completeAt : startedAt,
    ...(head?.data.writer && { writer: head.data.writer }),
  });
  const more = next !== undefined;
  return { users, cursor, more };
}

/** @throws Failure `cursor_expired` for a cursor of another customer, or of a history that a restore has undone */
async function assertInHistory(store: Store, customerId: string, position: FeedPosition): Promise<void> {
  if (position.revision === 0) return;
  const [head, past] = await Promise.all([
    store.get<SyncHead>(syncHeadPath(customerId)),
    position.writer ? store.get<PastWriter>(`${feedOf(customerId)}/${position.writer}`) : undefined,
  ]);
  if (isInHistory(position, head?.data, past?.data)) return;
  throw new Failure('cursor_expired', 'The cursor belongs to other data. Read all users again.');
}

export interface UserSearch {
  /** The start of a name, in any case. */
  namePrefix?: string;
  /** One complete address, in any case. */
  email?: string;
  status?: UserStatus;
  limit: number;
  after?: Position;
}

/** Reads one page of the present users, by name. */
export async function searchUsers(
  store: Store,
  customerId: string,
  search: UserSearch,
): Promise<{ users: User[]; next?: Position }> {
  const prefix = search.namePrefix === undefined ? undefined : nameKey(search.namePrefix);
  if (search.email !== undefined) {
    // Few people share an address: the other filters are applied here and need no index.
    const found = await store.query<User>({
      collection: usersOf(customerId),
      contains: { field: 'emailKeys', value: emailKey(search.email) },
      limit: search.limit,
    });
    const matches = (user: User) =>
      (search.status === undefined || user.status === search.status) && user.nameKey.startsWith(prefix ?? '');
    return { users: found.map(({ data }) => data).filter(matches) };
  }
  const { documents, next } = await readPage<User>(store, {
    collection: usersOf(customerId),
    ...(search.status && { equals: { status: search.status } }),
    ...(prefix && { range: { field: 'nameKey', from: prefix, before: `${prefix}\u{10ffff}` } }),
    orderBy: { field: 'nameKey', direction: 'ascending' },
    ...(search.after && { after: search.after }),
    limit: search.limit,
  });
  return { users: documents.map(({ data }) => data), ...(next && { next }) };
}

/**
 * Reads one user, or the tombstone of a removed one.
 * @throws Failure `not_found`
 */
export async function readUser(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  customerId: string,
  id: string,
): Promise<User | Tombstone> {
  const user = await store.get<User | Tombstone>(`${usersOf(customerId)}/${id}`);
  const isExpired = user?.data.removedAt !== undefined && user.data.expireAt <= clock.now();
  if (!user || isExpired) throw new Failure('not_found', 'There is no such user.');
  return user.data;
}

/** The id under which a user named by Webex's id or by its uuid is stored; undefined if the text is not an id. */
export function userIdOf(text: string): string | undefined {
  const id = bareId(text);
  return isDocumentId(id) ? id : undefined;
}

/** Reads the names of the customer's licences and roles. */
export async function readCatalog(store: Store, customerId: string): Promise<Catalog> {
  const catalog = await store.get<Catalog>(catalogPath(customerId));
  return catalog?.data ?? { licenses: [], roles: [] };
}
