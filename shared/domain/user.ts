/** A user as stored: Webex's directory fields, the status that the portal shows, and a place in the change feed. Pure. */

import { hash as digest } from 'node:crypto';
import { nameKey } from './customer.ts';
import { isDocumentId } from './document-id.ts';
import type { Person } from './person.ts';
import { day } from './time.ts';

/** The status that the portal shows: from login-enabled and invite-pending, not from presence. */
export const userStatuses = ['active', 'invite_pending', 'login_disabled'] as const;
export type UserStatus = (typeof userStatuses)[number];

/** The document `customers/{customer}/users/{id}` of a person who is present. */
export interface User extends Person {
  status: UserStatus;
  /** Lists order and search by these keys. Tombstones have none, so they are in no list. */
  nameKey: string;
  emailKeys: string[];
  hash: number;
  /** Grows with every change of any user of the customer; orders the change feed. */
  revision: number;
  removedAt?: undefined;
}

/** The same document for 90 days after the person was removed. */
export interface Tombstone extends Omit<User, 'nameKey' | 'emailKeys' | 'removedAt'> {
  removedAt: number;
  expireAt: number;
}

export const tombstoneMs = 90 * day;

/**
 * The fields that the hash covers, in its order. A new field of `Person` does not compile until it is listed here.
 * `lastModified` is left out because it changes even when nothing that we store does.
 */
const hashed: Record<Exclude<keyof Person, 'lastModified'>, true> = {
  id: true,
  orgId: true,
  emails: true,
  displayName: true,
  firstName: true,
  lastName: true,
  nickName: true,
  title: true,
  department: true,
  managerId: true,
  locationId: true,
  extension: true,
  phoneNumbers: true,
  sipAddresses: true,
  licenses: true,
  roles: true,
  type: true,
  loginEnabled: true,
  invitePending: true,
  created: true,
};
const hashedFields = Object.keys(hashed) as (keyof typeof hashed)[];

/**
 * A hash of a person's directory data: if it is equal, nothing needs to be written. The order of lists does not count. It
 * has 48 bits, which fit into a number; one change in 280,000,000,000,000 goes unnoticed.
 */
export function hashOf(person: Person): number {
  const values = hashedFields.map((name) => {
    const value = person[name];
    return Array.isArray(value) && value.length > 1 ? value.toSorted() : value;
  });
  return Number.parseInt(digest('sha256', JSON.stringify(values), 'hex').slice(0, 12), 16);
}

/** Addresses are searched without regard to case. */
export const emailKey = (email: string) => email.trim().toLowerCase();

export function statusOf(person: Person): UserStatus {
  if (person.invitePending) return 'invite_pending';
  return person.loginEnabled === false ? 'login_disabled' : 'active';
}

/** Ids that the API accepts, and lists within the index entries that Firestore allows a document. */
const storableId = /^[\w-]{1,128}$/;
const maxListed = 5_000;

/** Whether a person has an id that a document and the API can have, and no lists beyond the store's limits. */
export function isStorable(person: Person): boolean {
  const { id, emails, phoneNumbers, sipAddresses, licenses, roles } = person;
  const listed = [emails, phoneNumbers, sipAddresses, licenses, roles].reduce((sum, { length }) => sum + length, 0);
  return storableId.test(id) && isDocumentId(id) && listed <= maxListed;
}

export function toUser(person: Person, hash: number, revision: number): User {
  return {
    ...person,
    status: statusOf(person),
    nameKey: nameKey(person.displayName ?? person.emails[0] ?? person.id),
    emailKeys: person.emails.map(emailKey),
    hash,
    revision,
  };
}

export function toTombstone(user: User | Tombstone, revision: number, now: number): Tombstone {
  const { nameKey: _name, emailKeys: _emails, ...rest } = user as User;
  return { ...rest, revision, removedAt: now, expireAt: now + tombstoneMs };
}
