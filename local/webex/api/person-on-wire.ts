/** A person in the words of the people API. */

import { type IdType, webexId } from '../ids.ts';
import { hashText, mix } from '../people/chance.ts';
import type { Person } from '../people/person.ts';

/** Pages are long and repeat the same few ids, so each is encoded once. */
const encoded = new Map<string, string>();
function sharedId(type: IdType, id: string): string {
  const known = encoded.get(id);
  if (known !== undefined) return known;
  // Fleets of 100,000 organizations have nearly a million licences, which would fill the memory.
  if (encoded.size > 10_000) encoded.clear();
  const made = webexId(type, id);
  encoded.set(id, made);
  return made;
}

export interface PersonView {
  orgId: string;
  /** Adds what Webex Calling knows: extension and location. */
  callingData: boolean;
  /** Adds licences and roles. */
  administrative: boolean;
  /** The instant whose presence is shown, epoch ms. Absent: no presence. */
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

/** Changes every quarter of an hour, so that a sync that stores presence sees changes without end. */
function presence(person: Person, at: number): object {
  if (person.invitePending) return { status: 'pending' };
  const period = Math.floor(at / quarterHour);
  const draw = mix(hashText(person.id), period);
  const status = ['active', 'inactive', 'meeting', 'call', 'DoNotDisturb', 'OutOfOffice'][draw % 6];
  return { status, lastActivity: new Date(period * quarterHour - (draw % 3_600_000)).toISOString() };
}
