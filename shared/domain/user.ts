/** A person as we store and show it: Webex's directory fields, the status the portal shows, and a place in the change feed. */

import { hash as digest } from 'node:crypto';
import { nameKey } from './customer.ts';
import type { Person } from './person.ts';
import { day } from './time.ts';

/** What the portal shows of a user: from login-enabled and invite-pending, not from presence. */
export const userStatuses = ['active', 'invite_pending', 'login_disabled'] as const;
export type UserStatus = (typeof userStatuses)[number];

/** The document `customers/{customer}/users/{id}` of somebody who is there. */
export interface User extends Person {
  status: UserStatus;
  /** What lists order and search by; tombstones have none and so are in no list. */
  nameKey: string;
  emailKeys: string[];
  hash: number;
  /** Grows with every change of any user of the customer: the order of the change feed. */
  revision: number;
  removedAt?: undefined;
}

/** The same document for 90 days after the person went. */
export interface Tombstone extends Omit<User, 'nameKey' | 'emailKeys' | 'removedAt'> {
  removedAt: number;
  expireAt: number;
}

export const tombstoneMs = 90 * day;

/**
 * The fields that the hash covers, in its order; a new field of a person does not compile until it stands here.
 * `lastModified` is no directory data: it moves without anything that we store having changed.
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
 * Identity of a person's directory data: equal hashes mean that nothing needs to be written. The order of lists does not
 * count. 48 bits, a number: a change is overlooked once in 280,000,000,000,000.
 */
export function hashOf(person: Person): number {
  const values = hashedFields.map((name) => {
    const value = person[name];
    return Array.isArray(value) && value.length > 1 ? value.toSorted() : value;
  });
  return Number.parseInt(digest('sha256', JSON.stringify(values), 'hex').slice(0, 12), 16);
}

/** Case does not count in an address that is searched for. */
export const emailKey = (email: string) => email.trim().toLowerCase();

export function statusOf(person: Person): UserStatus {
  if (person.invitePending) return 'invite_pending';
  return person.loginEnabled === false ? 'login_disabled' : 'active';
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

export function tombstone(user: User | Tombstone, revision: number, now: number): Tombstone {
  const { nameKey: _name, emailKeys: _emails, ...rest } = user as User;
  return { ...rest, revision, removedAt: now, expireAt: now + tombstoneMs };
}
