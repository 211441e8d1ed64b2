/** A customer's users: list and search, the change feed, one user, and the sync of one person. */

import { Failure } from '../../../shared/domain/failure.ts';
import type { Ports } from '../../../shared/ports.ts';
import type { Position } from '../../../shared/storage/pages.ts';
import { syncOnePerson } from '../../../shared/sync/one-person.ts';
import { readCatalog, readChanges, readUser, searchUsers, userIdOf } from '../../../shared/users/read.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { readWithToken } from '../api/page-token.ts';
import { type UsersQuery, usersQuery } from '../schemas/queries.ts';
import { personSyncResponse, toUserResponse, userListResponse, userResponse } from '../schemas/user.ts';
import { webexFailures } from './actions.ts';

export const userEndpoints: Endpoint[] = [
  endpoint({
    id: 'listUsers',
    tag: 'users',
    summary: "List a customer's users, search them, or read what has changed",
    description: 'By name. With `since` it is the change feed: additions, changes and removals in commit order.',
    method: 'get',
    path: '/{id}/users',
    role: 'reader',
    query: usersQuery,
    status: 200,
    response: userListResponse,
    failures: ['cursor_expired'],
    handle: (ports, { params, query }) =>
      query.since === undefined
        ? listUsers(ports, params.id, query)
        : listChanges(ports, params.id, query.since, query.page_size),
  }),
  endpoint({
    id: 'getUser',
    tag: 'users',
    summary: 'Get one user',
    description: 'A removed user is shown for 90 days, with the status `removed`.',
    method: 'get',
    path: '/{id}/users/{user}',
    role: 'reader',
    status: 200,
    response: userResponse,
    async handle(ports, { params }) {
      const [catalog, user] = await Promise.all([
        readCatalog(ports.store, params.id),
        readUser(ports, params.id, idOfUser(params.user)),
      ]);
      return { body: toUserResponse(user, catalog) };
    },
  }),
  endpoint({
    id: 'syncUser',
    tag: 'users',
    summary: 'Sync one person',
    description: 'Never removes the person: if Webex does not find them, the next sync confirms that and removes them.',
    method: 'post',
    path: '/{id}/users/{user}:sync',
    role: 'operator',
    status: 200,
    response: personSyncResponse,
    idempotent: true,
    failures: [...webexFailures, 'webex_unauthorized', 'webex_forbidden'],
    async handle(ports, { params }) {
      const { id } = params;
      const synced = await syncOnePerson(ports, id, idOfUser(params.user));
      const user =
        synced.outcome === 'not_found' ? null : toUserResponse(synced.user, await readCatalog(ports.store, id));
      return { body: { outcome: synced.outcome, user } };
    },
  }),
];

async function listUsers(ports: Ports, customerId: string, query: UsersQuery) {
  const list = `users ${customerId}`;
  const [catalog, found] = await Promise.all([
    readCatalog(ports.store, customerId),
    readWithToken(ports.sealer, list, query, (after?: Position) =>
      searchUsers(ports.store, customerId, {
        limit: query.page_size,
        ...(query.name_prefix && { namePrefix: query.name_prefix }),
        ...(query.email && { email: query.email }),
        ...(query.status && { status: query.status }),
        ...(after && { after }),
      }),
    ),
  ]);
  const next = found.nextPageToken;
  const users = found.users.map((user) => toUserResponse(user, catalog));
  return { body: { users, next_page_token: next, next_since: null, more: next !== null } };
}

async function listChanges(ports: Ports, customerId: string, since: string, limit: number) {
  const [catalog, changes] = await Promise.all([
    readCatalog(ports.store, customerId),
    readChanges(ports, customerId, since || undefined, limit),
  ]);
  const users = changes.users.map((user) => toUserResponse(user, catalog));
  return { body: { users, next_page_token: null, next_since: changes.cursor, more: changes.more } };
}

/** @throws Failure `not_found` for a text that cannot be a user's id */
function idOfUser(param: string): string {
  const id = userIdOf(param);
  if (id === undefined) throw new Failure('not_found', 'There is no such user.');
  return id;
}
