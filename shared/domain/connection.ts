/** A customer's connection to Webex: the token pair, its health and its runway. Pure: no clock, no chance, no I/O. */

import type { Secret } from './secret.ts';

/** A token answer of Webex in our words. Lifetimes are in ms and count from the instant before the request was sent. */
export interface TokenPair {
  accessToken: Secret;
  accessLifetimeMs: number;
  /** Webex did not say how long, or not credibly. */
  lifetimeAssumed?: boolean;
  /** Absent where Webex left it out: the old one stays. */
  refreshToken?: Secret;
  refreshLifetimeMs?: number;
  /** Absent in older answers. */
  scopes?: string[];
}

/**
 * `absent` before the first grant; `active`; `degraded` while refreshing fails and the token still works;
 * `reauthorization_required` once Webex has refused the grant twice.
 */
export const connectionStates = ['absent', 'active', 'degraded', 'reauthorization_required'] as const;
export type ConnectionState = (typeof connectionStates)[number];

/** Who consented, for whom. */
export interface Authorizer {
  id: string;
  email: string;
  displayName: string;
  organizationId: string;
  organizationName: string;
}

/** The stored pair. `serial` grows by one with every pair that is stored: it says whose result is newer. */
export interface StoredGrant {
  serial: number;
  /** JWE compact serializations: see adapters/jose-sealer.ts. */
  sealedAccessToken: string;
  sealedRefreshToken: string;
  accessExpiresAt: number;
  accessLifetimeMs: number;
  /** The runway: when the connection dies if nothing succeeds before. */
  refreshExpiresAt: number;
  scopes: string[];
  /** Absent where the tokens were pasted and Webex has not yet been asked. */
  authorizer?: Authorizer;
  /** Pasted, and Webex has not been asked yet whose it is: it is renewed, and used for nothing else. */
  unproven?: true;
  /** When an administrator gave it. */
  grantedAt: number;
  /** When Webex last renewed it (or gave it). */
  refreshedAt: number;
}

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
