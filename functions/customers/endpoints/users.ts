/** The operations on a customer's users: list and search, the change feed, one user, one person synced. */

import * as z from 'zod';
import { readCustomer } from '../../../shared/customers/records.ts';
import { type Catalog, namesOf } from '../../../shared/domain/catalog.ts';
import { Failure } from '../../../shared/domain/failure.ts';
import { type Tombstone, type User, userStatuses } from '../../../shared/domain/user.ts';
import { bareId } from '../../../shared/domain/webex-id.ts';
import type { Ports } from '../../../shared/ports.ts';
import { catalogOf, usersOf } from '../../../shared/storage/layout.ts';
import { syncOnePerson } from '../../../shared/sync/one-person.ts';
import { readChanges, searchUsers } from '../../../shared/users/read.ts';
import { type Operation, operation } from '../api/endpoint.ts';
import { pageToken, positionOf } from '../api/page-token.ts';
import { instantOrNull, orNull, time } from '../schemas/customer.ts';
import { page } from '../schemas/requests.ts';
import { webexFailures } from './actions.ts';

const text = orNull(z.string());
const shownStatuses = [...userStatuses, 'removed'] as const;

export const userShown = z
  .object({
    id: z.string().meta({ description: "The uuid behind Webex's id." }),
    display_name: text,
    first_name: text,
    last_name: text,
    nick_name: text,
    emails: z.array(z.string()),
    phone_numbers: z.array(z.string()),
    sip_addresses: z.array(z.string()),
    extension: text,
    title: text,
    department: text,
    manager_id: text,
    location_id: text,
    type: text,
    status: z.enum(shownStatuses).meta({ description: 'From Login Enabled and Invite Pending, not from presence.' }),
    licenses: z.array(z.string()).meta({ description: 'Names, or the id where Webex names none.' }),
    roles: z.array(z.string()).meta({ description: 'Names, or the id where Webex names none.' }),
    create_time: text.meta({ description: 'As Webex gave it.' }),
    remove_time: orNull(time),
  })
  .meta({ id: 'User' });

const none: Catalog = { licenses: [], roles: [] };

function showUser(user: User | Tombstone, catalog: Catalog): z.infer<typeof userShown> {
  return {
    id: user.id,
    display_name: user.displayName ?? null,
    first_name: user.firstName ?? null,
    last_name: user.lastName ?? null,
    nick_name: user.nickName ?? null,
    emails: user.emails,
    phone_numbers: user.phoneNumbers,
    sip_addresses: user.sipAddresses,
    extension: user.extension ?? null,
    title: user.title ?? null,
    department: user.department ?? null,
    manager_id: user.managerId ?? null,
    location_id: user.locationId ?? null,
    type: user.type ?? null,
    status: user.removedAt === undefined ? user.status : 'removed',
    licenses: namesOf(user.licenses, catalog.licenses),
    roles: namesOf(user.roles, catalog.roles),
    create_time: user.created ?? null,
    remove_time: instantOrNull(user.removedAt),
  };
}

const usersQuery = z
  .strictObject({
    name_prefix: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .meta({ description: 'The beginning of the name; case does not count.' }),
    email: z.string().min(1).max(320).optional().meta({ description: 'One whole address; case does not count.' }),
    status: z.enum(userStatuses).optional(),
    since: z.string().max(256).optional().meta({
      description:
        'The change feed: everything that was added, changed or removed since this `next_since`; empty: from the beginning. With no other filter.',
    }),
    ...page,
  })
  .superRefine(({ since, ...others }, context) => {
    if (since === undefined) return;
    for (const field of ['name_prefix', 'email', 'status', 'page_token'] as const) {
      if (others[field] === undefined) continue;
      context.addIssue({ code: 'custom', path: [field], message: 'does not go with since' });
    }
  });

const usersShown = z.object({
  users: z.array(userShown),
  next_page_token: orNull(z.string()).meta({ description: 'Null on the last page, and always with `since`.' }),
  next_since: orNull(z.string()).meta({ description: 'With `since`: where the next read of the change feed goes on.' }),
  more: z.boolean().meta({ description: 'Whether there is more to read at once.' }),
});

export function userOperations(ports: Ports): Operation[] {
  const { store, sealer } = ports;
  const catalog = async (id: string) => (await store.get<Catalog>(`${catalogOf(id)}/names`))?.data ?? none;

  return [
    operation({
      id: 'listUsers',
      tag: 'users',
      summary: "A customer's users: list, search, or what has changed",
      method: 'get',
      path: '/{id}/users',
      role: 'reader',
      query: usersQuery,
      status: 200,
      shows: usersShown,
      failures: ['cursor_expired'],
      async handle({ caller, role, params, query }) {
        const id = params.id!;
        await readCustomer(store, caller, id, role);
        if (query.since !== undefined) {
          const [names, changes] = await Promise.all([
            catalog(id),
            readChanges(ports, id, query.since || undefined, query.page_size),
          ]);
          const users = changes.users.map((user) => showUser(user, names));
          return { body: { users, next_page_token: null, next_since: changes.cursor, more: changes.more } };
        }
        const list = usersOf(id);
        const after = await positionOf<{ value: string; id: string }>(sealer, list, query);
        const [names, found] = await Promise.all([
          catalog(id),
          searchUsers(store, id, {
            limit: query.page_size,
            ...(query.name_prefix && { namePrefix: query.name_prefix }),
            ...(query.email && { email: query.email }),
            ...(query.status && { status: query.status }),
            ...(after && { after }),
          }),
        ]);
        const next = found.next ? await pageToken(sealer, list, query, found.next) : null;
        const users = found.users.map((user) => showUser(user, names));
        return { body: { users, next_page_token: next, next_since: null, more: next !== null } };
      },
    }),
    operation({
      id: 'getUser',
      tag: 'users',
      summary: 'One user; for 90 days after their removal too',
      method: 'get',
      path: '/{id}/users/{user}',
      role: 'reader',
      status: 200,
      shows: userShown,
      async handle({ caller, role, params }) {
        const id = params.id!;
        await readCustomer(store, caller, id, role);
        const [names, user] = await Promise.all([
          catalog(id),
          store.get<User | Tombstone>(`${usersOf(id)}/${bareId(params.user!)}`),
        ]);
        if (!user) throw new Failure('not_found', 'There is no such user.');
        return { body: showUser(user.data, names) };
      },
    }),
    operation({
      id: 'syncUser',
      tag: 'users',
      summary: 'Bring one person up to date',
      description: 'Nobody is removed by it: a person whom Webex does not know is removed by the next sync.',
      method: 'post',
      path: '/{id}/users/{user}:sync',
      role: 'operator',
      status: 200,
      shows: z.object({
        outcome: z.enum(['added', 'changed', 'returned', 'unchanged', 'not_found']),
        user: orNull(userShown),
      }),
      idempotency: 'claim',
      failures: [...webexFailures, 'webex_unauthorized', 'webex_forbidden'],
      async handle({ caller, role, params }) {
        const id = params.id!;
        await readCustomer(store, caller, id, role);
        const one = await syncOnePerson(ports, id, bareId(params.user!));
        const user = one.outcome === 'not_found' ? null : showUser(one.user, await catalog(id));
        return { body: { outcome: one.outcome, user } };
      },
    }),
  ];
}
