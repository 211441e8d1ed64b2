/** Converts successful responses of Webex to the domain's types. A token response is read in token-response.ts. Pure. */

import { Failure } from '../../domain/failure.ts';
import type { License, Organization, Person, Role } from '../../domain/person.ts';
import { truncate } from '../../domain/truncate.ts';
import { bareId } from '../../domain/webex-id.ts';
import { type Fields, fieldsOf, flagOf, idOf, numberOf, textOf, textsOf } from './fields.ts';

/** Any response. `body` is the parsed JSON, or undefined when it is not JSON. */
export interface WebexResponse {
  status: number;
  /** The `TrackingID` that the request carried. */
  sentTrackingId: string;
  body: unknown;
  header(name: string): string | undefined;
}

/** `items` of a list. A response without it is an outage: an HTML page, or a truncated body. */
export function toItems(response: WebexResponse): Fields[] {
  const { items } = fieldsOf(response.body);
  if (!Array.isArray(items)) throw unreadable(response);
  return items.map(fieldsOf);
}

/** The failure for a successful response without the requested data. */
export function unreadable(response: WebexResponse): Failure {
  return new Failure('webex_unavailable', 'Webex sent a response that cannot be read.', {
    ...trackingIdOf(response),
    cause: `status ${response.status}`,
  });
}

/** Longer ids are not Webex's. */
const maxTrackingIdLength = 128;

/** Webex's id of the request, from the header or the body; without one, the id that was sent. */
export function trackingIdOf(response: WebexResponse): { trackingId: string } {
  const id = textOf(response.header('trackingid')) ?? textOf(fieldsOf(response.body).trackingId);
  return { trackingId: truncate(id ?? response.sentTrackingId, maxTrackingIdLength) };
}

/**
 * A person, or undefined for an item without an id. Any other field may be missing.
 * @see https://developer.webex.com/docs/api/v1/people
 */
export function toPerson(item: Fields): Person | undefined {
  const id = idOf(item.id);
  if (!id) return undefined;
  const person: Person = {
    id,
    emails: textsOf(item.emails),
    phoneNumbers: valuesOf(item.phoneNumbers),
    sipAddresses: valuesOf(item.sipAddresses),
    licenses: textsOf(item.licenses),
    roles: textsOf(item.roles),
  };
  const optional = {
    orgId: idOf(item.orgId),
    displayName: textOf(item.displayName),
    firstName: textOf(item.firstName),
    lastName: textOf(item.lastName),
    nickName: textOf(item.nickName),
    title: textOf(item.title),
    department: textOf(item.department),
    managerId: idOf(item.managerId),
    locationId: textOf(item.locationId),
    extension: textOf(item.extension),
    type: textOf(item.type),
    created: textOf(item.created),
    lastModified: textOf(item.lastModified),
    loginEnabled: flagOf(item.loginEnabled),
    invitePending: flagOf(item.invitePending),
  };
  const present = Object.entries(optional).filter(([, value]) => value !== undefined);
  return Object.assign(person, Object.fromEntries(present));
}

/** Phone numbers and SIP addresses: a list of `{type, value}`. */
function valuesOf(list: unknown): string[] {
  return Array.isArray(list) ? textsOf(list.map((entry) => fieldsOf(entry).value)) : [];
}

export function toLicense(item: Fields): License | undefined {
  const [id, totalUnits, consumedUnits] = [textOf(item.id), numberOf(item.totalUnits), numberOf(item.consumedUnits)];
  if (!id) return undefined;
  return {
    id,
    name: textOf(item.name) ?? id,
    ...(totalUnits !== undefined && { totalUnits }),
    ...(consumedUnits !== undefined && { consumedUnits }),
  };
}

export function toRole(item: Fields): Role | undefined {
  const id = textOf(item.id);
  return id ? { id, name: textOf(item.name) ?? id } : undefined;
}

export function toOrganization(response: WebexResponse): Organization {
  const body = fieldsOf(response.body);
  const id = idOf(body.id);
  if (!id) throw unreadable(response);
  return { id, displayName: textOf(body.displayName) ?? id };
}

/** The ids of a look-up that Webex does not find. */
export function toNotFoundIds(response: WebexResponse): string[] {
  return textsOf(fieldsOf(response.body).notFoundIds).map(bareId);
}

/** A number, also written as a string. @see https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2 */
export function toTotal(response: WebexResponse): number {
  const { totalResults } = fieldsOf(response.body);
  const isDigits = typeof totalResults === 'string' && /^\d{1,9}$/.test(totalResults);
  const total = isDigits ? Number(totalResults) : numberOf(totalResults);
  if (total === undefined) throw unreadable(response);
  return total;
}
