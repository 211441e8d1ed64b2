/** A customer's connection to Webex: the token pair, its health and its runway. Pure: no clock, no chance, no I/O. */

import type { StoredGrant } from './grant.ts';

/**
 * `absent` before the first grant; `active`; `degraded` while refreshing fails and the token still works;
 * `reauthorization_required` once Webex has refused the grant twice.
 */
export const connectionStates = ['absent', 'active', 'degraded', 'reauthorization_required'] as const;
export type ConnectionState = (typeof connectionStates)[number];

/** The right to exchange the refresh token: one owner at a time, until an instant; `epoch` grows with every owner. */
export interface Lease {
  owner: string;
  epoch: number;
  endsAt: number;
}

export interface ConnectionFault {
  code: string;
  message: string;
  trackingId?: string;
  at: number;
}

/** The document `connections/{customer id}`. All instants are epoch ms. */
export interface Connection {
  customerId: string;
  /** Copies from the customer that lists filter and order by. */
  ancestors: string[];
  nameKey: string;
  state: ConnectionState;
  grant?: StoredGrant;
  /** Exchanges that failed since the last success. */
  failures: number;
  fault?: ConnectionFault;
  /** When Webex first refused the present grant: the first of the two proofs. */
  refusedAt?: number;
  /** Scopes that are required and were not granted; absent when there are none. As of the last refresh. */
  missingScopes?: string[];
  /** When the next exchange is due; absent when none can succeed (`absent`, `reauthorization_required`). */
  nextRefreshAt?: number;
  /** When the runway next crosses a warning mark; absent when none is left. */
  nextWarningAt?: number;
  lease?: Lease;
  epoch: number;
}
