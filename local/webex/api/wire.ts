/** People in the words of the people API and of SCIM. */

import { type IdType, webexId } from '../ids.ts';
import { hashText, mix } from '../people/chance.ts';
import type { Person } from '../people/person.ts';

/** Ids are the same ones over and over, and pages are long: encode each once. */
const encoded = new Map<string, string>();
function sharedId(type: IdType, id: string): string {
  const known = encoded.get(id);
  if (known !== undefined) return known;
  // A bound, since fleets of a hundred thousand organizations have nearly a million licences.
  if (encoded.size > 10_000) encoded.clear();
  const made = webexId(type, id);
  encoded.set(id, made);
  return made;
}

export interface PersonView {
  orgId: string;
  /** With what Webex Calling knows: extension and location. */
  callingData: boolean;
  /** Licences and roles, which a look-up by `id=` leaves out. */
  administrative: boolean;
  /** The instant for which to tell presence; absent: no presence. */
  presenceAt?: number;
  booleansAsStrings: boolean;
}

/** @see https://developer.webex.com/docs/api/v1/people/list-people */
export function personOnWire(person: Person, view: PersonView): object {
  const { extension, locationId, licenses, roles, managerId, invitePending, loginEnabled, ...rest } = person;
  const boolean = (value: boolean) => (view.booleansAsStrings ? String(value) : value);
  return {
    ...rest,
    id: webexId('PEOPLE', person.id),
    orgId: sharedId('ORGANIZATION', view.orgId),
    ...(view.callingData && extension !== undefined && { extension }),
    ...(view.callingData && locationId !== undefined && { locationId: sharedId('LOCATION', locationId) }),
    ...(view.administrative && {
      licenses: licenses.map((id) => sharedId('LICENSE', id)),
      ...(roles.length > 0 && { roles: roles.map((id) => sharedId('ROLE', id)) }),
    }),
    ...(managerId !== undefined && { managerId: webexId('PEOPLE', managerId) }),
    ...(view.presenceAt !== undefined && presence(person, view.presenceAt)),
    invitePending: boolean(invitePending),
    loginEnabled: boolean(loginEnabled),
  };
}

const quarterHour = 900_000;

/** Never the same for long: whoever takes it for directory data sees changes without end. */
function presence(person: Person, at: number): object {
  if (person.invitePending) return { status: 'pending' };
  const period = Math.floor(at / quarterHour);
  const draw = mix(hashText(person.id), period);
  const status = ['active', 'inactive', 'meeting', 'call', 'DoNotDisturb', 'OutOfOffice'][draw % 6];
  return { status, lastActivity: new Date(period * quarterHour - (draw % 3_600_000)).toISOString() };
}

/** @see https://developer.webex.com/docs/api/v1/scim-2-users/search-users */
export function personInScim(person: Person, orgId: string, location: string): object {
  const { department, managerId } = person;
  const accountStatus = person.invitePending ? 'pending' : person.loginEnabled ? 'active' : 'disabled';
  return {
    schemas: [
      'urn:ietf:params:scim:schemas:core:2.0:User',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
      'urn:scim:schemas:extension:cisco:webexidentity:2.0:User',
    ],
    id: person.id,
    userName: person.emails[0],
    active: person.loginEnabled,
    name: { givenName: person.firstName, familyName: person.lastName },
    displayName: person.displayName,
    nickName: person.nickName,
    emails: person.emails.map((value, index) => ({ value, type: 'work', primary: index === 0 })),
    userType: 'user',
    title: person.title,
    timezone: person.timezone,
    phoneNumbers: person.phoneNumbers,
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': {
      department,
      ...(managerId !== undefined && { manager: { value: managerId } }),
    },
    'urn:scim:schemas:extension:cisco:webexidentity:2.0:User': {
      accountStatus,
      // SCIM knows this one type only.
      sipAddresses: person.sipAddresses.map((address) => ({ ...address, type: 'enterprise' })),
    },
    meta: {
      resourceType: 'User',
      organizationID: orgId,
      created: person.created,
      lastModified: person.lastModified,
      version: `W/"${hashText(person.lastModified).toString(16)}"`,
      location: `${location}/${person.id}`,
    },
  };
}
