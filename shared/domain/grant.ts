/** A token pair: as Webex gives it, and as it is stored. The one constructor of a stored grant, for every way a pair arrives. Pure. */

import type { Secret } from './secret.ts';
import { day, hour } from './time.ts';

/** What Webex says of a pair besides the tokens. All instants are epoch ms; lifetimes were added to `requestedAt`. */
export interface PairFacts {
  /** The instant before the request was sent. */
  requestedAt: number;
  /** Absent where Webex gives no credible lifetime. */
  accessExpiresAt?: number;
  /** Absent where Webex gives no credible lifetime. */
  refreshExpiresAt?: number;
  /** Absent in older responses. */
  scopes?: string[];
}

/** A response of Webex's token endpoint. */
export interface TokenPair extends PairFacts {
  accessToken: Secret;
  /** Absent where Webex left it out: the old refresh token stays valid. */
  refreshToken?: Secret;
}

/** The administrator who consented, and the organization. */
export interface Authorizer {
  id: string;
  email: string;
  displayName: string;
  organizationId: string;
  organizationName: string;
}

/** Both tokens as JWE compact serializations: see adapters/jose-sealer.ts. */
export interface SealedTokens {
  sealedAccessToken: string;
  sealedRefreshToken: string;
}

/** A verified pair as it is stored. `serial` grows with every pair: it says which of two is newer. */
export interface StoredGrant extends SealedTokens {
  serial: number;
  accessExpiresAt: number;
  /** The connection is lost at this instant if no refresh succeeds before. Absent while it is unknown. */
  refreshExpiresAt?: number;
  scopes: string[];
  /** The administrator whose consent the tokens carry, as Webex said when the grant was verified. */
  authorizer?: Authorizer;
  /** When an administrator gave it. */
  grantedAt: number;
  /** When Webex last renewed it (or gave it). */
  refreshedAt: number;
}

/** How a pair that waits has come: by a consent, as a caller's paste, or as the renewal of an ended connection. */
export const pendingSources = ['code', 'pasted', 'revived'] as const;

/**
 * A pair that waits for Webex to confirm its owner. It is renewed when needed and used for nothing else. Once verified it
 * becomes the grant; if it cannot serve the customer it is dropped, and the grant stays as it was.
 */
export interface PendingGrant extends SealedTokens {
  /** Identifies this pair, so that a result about another pair is not applied to it. */
  id: string;
  source: (typeof pendingSources)[number];
  /** Absent until Webex has exchanged the pasted refresh token. */
  facts?: PairFacts;
  /** The caller who brought it, for the history. */
  by?: string;
  receivedAt: number;
  /** Failed attempts so far. */
  tries: number;
  fault?: { code: string; message: string; at: number };
  /** When Webex first refused its refresh token, or its owner turned out to lack a role or scope. */
  refusedAt?: number;
}

/** Where Webex gives no lifetime, an access token is assumed to live this long, so it is renewed every half hour. */
const assumedAccessMs = hour;
/** How long a refresh token of unknown age is assumed to live when retries are planned: short enough to keep them close together. */
const assumedRefreshMs = 14 * day;
/** The longest life of a refresh token that Webex documents: one of unknown age may live as long. */
const longestRefreshMs = 90 * day;

/**
 * The grant to store for a verified pair, or for a renewed one.
 * @param before the grant that Webex renewed; absent for a pair of a new consent
 * @param after the highest serial that the connection has used
 */
export function newGrant(
  facts: PairFacts,
  { sealedAccessToken, sealedRefreshToken }: SealedTokens,
  { before, after = 0, authorizer }: { before?: StoredGrant; after?: number; authorizer?: Authorizer } = {},
): StoredGrant {
  const { requestedAt, accessExpiresAt = requestedAt + assumedAccessMs } = facts;
  const { refreshExpiresAt: known, ...rest } = before ?? { grantedAt: requestedAt, scopes: [] };
  const refreshExpiresAt = facts.refreshExpiresAt ?? known;
  return {
    ...rest,
    sealedAccessToken,
    sealedRefreshToken,
    serial: (before?.serial ?? after) + 1,
    accessExpiresAt,
    ...(refreshExpiresAt !== undefined && { refreshExpiresAt }),
    scopes: facts.scopes ?? rest.scopes,
    refreshedAt: requestedAt,
    ...(authorizer && { authorizer }),
  };
}

/** A pair that has just arrived and is not verified yet; without `facts` Webex has not exchanged it. */
export function newPending(given: {
  id: string;
  source: PendingGrant['source'];
  sealed: SealedTokens;
  facts?: PairFacts | undefined;
  by?: string | undefined;
  now: number;
}): PendingGrant {
  const { id, source, sealed, facts, by, now } = given;
  return { id, source, ...sealed, receivedAt: now, tries: 0, ...(facts && { facts }), ...(by && { by }) };
}

/** How long the refresh token still lives, in ms; where that is unknown, a cautious guess. */
export function timeLeftMs({ refreshExpiresAt, refreshedAt }: StoredGrant, now: number): number {
  return (refreshExpiresAt ?? refreshedAt + assumedRefreshMs) - now;
}

/** Whether the refresh token may still be alive at `now`. */
export function mayStillLive({ refreshExpiresAt, refreshedAt }: StoredGrant, now: number): boolean {
  return now < (refreshExpiresAt ?? refreshedAt + longestRefreshMs);
}
