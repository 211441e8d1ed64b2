/**
 * A customer's connection to Webex: its token pair, the pair that waits to be verified, and its health. Pure: no clock, no
 * randomness, no I/O.
 */

import type { PendingGrant, StoredGrant } from './grant.ts';

/**
 * `absent` before the first grant; `active`; `degraded` while refreshing fails and the token still works;
 * `reauthorization_required` once Webex has confirmed that it refuses the grant.
 */
export const connectionStates = ['absent', 'active', 'degraded', 'reauthorization_required'] as const;
export type ConnectionState = (typeof connectionStates)[number];

/** The right to exchange a refresh token of this connection: one owner at a time, until an instant. */
export interface Lease {
  owner: string;
  endsAt: number;
}

export interface ConnectionFault {
  code: string;
  message: string;
  trackingId?: string;
  at: number;
}

/** Refusals of the present grant since its last success. */
export interface Refusals {
  /** When Webex first refused it, for whatever reason. */
  since: number;
  /** When Webex first said that the grant itself is dead; a second such answer may confirm it. */
  grantSince?: number;
}

/** The document `connections/{customer id}`. All instants are epoch ms. */
export interface Connection {
  customerId: string;
  /** Copies from the customer that lists filter and order by. */
  ancestors: string[];
  nameKey: string;
  state: ConnectionState;
  /** The verified pair. Only this one is used; it stays in place until another one is verified. */
  grant?: StoredGrant;
  /** A newer pair whose owner Webex has not confirmed yet. */
  pending?: PendingGrant;
  /** Exchanges that failed since the last success. */
  failures: number;
  fault?: ConnectionFault;
  refusals?: Refusals;
  /** Scopes that are required and were not granted; absent when there are none. As of the last refresh. */
  missingScopes?: string[];
  /** When the grant is exchanged next; absent when that cannot succeed. */
  nextRefreshAt?: number;
  /** When the pending grant is exchanged or verified next. */
  nextVerifyAt?: number;
  /** When the time left crosses the next warning mark; absent after the last one. */
  nextWarningAt?: number;
  /** When an ended connection was last tried because a caller asked. */
  retriedAt?: number;
  lease?: Lease;
  /** The fencing token: grows with every lease and with every grant of a new consent. */
  epoch: number;
}

/** The connection that a new customer starts with. */
export function newConnection(customerId: string, listed: Pick<Connection, 'ancestors' | 'nameKey'>): Connection {
  return { customerId, ...listed, state: 'absent', failures: 0, epoch: 0 };
}
