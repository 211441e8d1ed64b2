/** A person as we store and show it: Webex's directory fields, the status the portal shows, and a place in the change feed. */

import { createHash } from 'node:crypto';
import { nameKey } from './customer.ts';
import type { Person } from './person.ts';
import { day } from './schedule.ts';

/** What the portal shows of a user: from login-enabled and invite-pending, not from presence. */
export type UserStatus = 'active' | 'invite_pending' | 'login_disabled';

/** The document `customers/{customer}/users/{id}`. */
export interface User extends Person {
  status: UserStatus;
  nameKey: string;
  hash: string;
  /** Grows with every change of any user of the customer: the order of the change feed. */
  revision: number;
  removedAt?: number;
  /** Tombstones go after 90 days. */
  expireAt?: number;
}

const tombstoneMs = 90 * day;

/** Identity of a person's directory data: equal hashes mean that nothing needs to be written. 66 bits. */
export function hashOf(person: Person): string {
  const fields = Object.entries(person)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, Array.isArray(value) ? value.toSorted() : value]);
  return createHash('sha256').update(JSON.stringify(fields)).digest('base64url').slice(0, 11);
}

export function statusOf(person: Person): UserStatus {
  if (person.invitePending) return 'invite_pending';
  return person.loginEnabled === false ? 'login_disabled' : 'active';
}

export function toUser(person: Person, hash: string, revision: number): User {
  return {
    ...person,
    status: statusOf(person),
    nameKey: nameKey(person.displayName ?? person.emails[0] ?? person.id),
    hash,
    revision,
  };
}

export function tombstone(user: User, revision: number, now: number): User {
  return { ...user, revision, removedAt: now, expireAt: now + tombstoneMs };
}
