/** Users of SCIM: people and rooms as SCIM shows them. */

import { hashText } from '../people/chance.ts';
import type { Organization } from '../people/organizations.ts';
import type { Person } from '../people/person.ts';
import type { Settings } from '../settings.ts';

export const enterpriseSchema = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const ciscoSchema = 'urn:scim:schemas:extension:cisco:webexidentity:2.0:User';
const schemas = ['urn:ietf:params:scim:schemas:core:2.0:User', enterpriseSchema, ciscoSchema];

/** JSON by field. */
export type ScimUser = Record<string, unknown>;

interface View {
  organization: Organization;
  settings: Settings['scim'];
  /** The address of the organization's `Users`. */
  location: string;
}

/** @see https://developer.webex.com/docs/api/v1/scim-2-users/search-users */
export function personInScim(person: Person, view: View): ScimUser {
  const { department, managerId } = person;
  const status = person.invitePending ? 'pending' : person.loginEnabled ? 'active' : 'disabled';
  return {
    schemas,
    id: person.id,
    userName: person.emails[0] ?? person.id,
    active: person.loginEnabled,
    name: { givenName: person.firstName, familyName: person.lastName },
    displayName: person.displayName,
    nickName: person.nickName,
    emails: person.emails.map((value, index) => ({ value, type: 'work', primary: index === 0 })),
    userType: 'user',
    title: person.title,
    timezone: person.timezone,
    phoneNumbers: person.phoneNumbers,
    [enterpriseSchema]: { department, ...(managerId !== undefined && { manager: { value: managerId } }) },
    [ciscoSchema]: {
      ...accountStatus(status, view.settings),
      ...inExtension(view),
      // SCIM knows this one type only.
      sipAddresses: person.sipAddresses.map((address) => ({ ...address, type: 'enterprise' })),
    },
    meta: metaOf(person.id, person.created, person.lastModified, view),
  };
}

/** A meeting room, which SCIM lists among the users and the people API does not know. */
export function roomInScim(index: number, view: View): ScimUser {
  const { id: orgId, created } = view.organization;
  const part = (basis: number) => hashText(`${orgId} room ${index}`, basis).toString(16).padStart(8, '0');
  const [a, b, c] = [part(1), part(2), part(3)];
  const id = `${a}-${b.slice(0, 4)}-4${b.slice(4, 7)}-a${c.slice(0, 3)}-${c}${a.slice(0, 4)}`;
  return {
    schemas,
    id,
    userName: `room-${index + 1}.${orgId}@rooms.webex.com`,
    active: true,
    displayName: `Room ${index + 1}`,
    userType: 'room',
    [ciscoSchema]: { ...accountStatus('active', view.settings), ...inExtension(view) },
    meta: metaOf(id, created, created, view),
  };
}

function accountStatus(status: string, settings: View['settings']): object {
  if (settings.accountStatus === 'text') return { accountStatus: status };
  return settings.accountStatus === 'often_absent' && status === 'active' ? {} : { accountStatus: [status] };
}

function inExtension({ organization, settings }: View): object {
  return settings.organizationId === 'extension' ? { meta: { organizationID: organization.id } } : {};
}

function metaOf(id: string, created: string, lastModified: string, view: View): object {
  return {
    resourceType: 'User',
    ...(view.settings.organizationId === 'top' && { organizationID: view.organization.id }),
    created,
    lastModified,
    version: `W/"${hashText(lastModified).toString(16)}"`,
    location: `${view.location}/${id}`,
  };
}
