/** A user as the API returns it. Pure. */

import * as z from 'zod';
import { type Catalog, namesOf } from '../../../shared/domain/catalog.ts';
import { type Tombstone, type User, userStatuses } from '../../../shared/domain/user.ts';
import { instantOrNull, time } from './fields.ts';

const text = z.string().nullable();

export const userResponse = z
  .object({
    id: z.string().meta({ description: "The uuid in Webex's id." }),
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
    status: z
      .enum([...userStatuses, 'removed'])
      .meta({ description: "Derived from Webex's `loginEnabled` and `invitePending`, not from presence." }),
    licenses: z.array(z.string()).meta({ description: 'Names of licences; the id where the name is unknown.' }),
    roles: z.array(z.string()).meta({ description: 'Names of roles; the id where the name is unknown.' }),
    create_time: text.meta({ description: 'As Webex sent it.' }),
    remove_time: time.nullable(),
  })
  .meta({ id: 'User' });

export const userListResponse = z
  .object({
    users: z.array(userResponse),
    next_page_token: z.string().nullable().meta({ description: 'Null on the last page, and always with `since`.' }),
    next_since: z
      .string()
      .nullable()
      .meta({ description: 'With `since`: goes into `since` of the next request to the change feed.' }),
    more: z.boolean().meta({ description: 'Whether more can be read now.' }),
  })
  .meta({ id: 'UserList' });

export const personSyncResponse = z
  .object({
    outcome: z.enum(['added', 'changed', 'returned', 'unchanged', 'not_found']),
    user: userResponse.nullable(),
  })
  .meta({ id: 'PersonSync' });

export function toUserResponse(user: User | Tombstone, catalog: Catalog): z.infer<typeof userResponse> {
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
