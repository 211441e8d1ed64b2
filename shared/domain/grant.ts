/** A token pair: as Webex gives it, and as it is stored. The one constructor of a stored grant, for every way a pair arrives. Pure. */

import type { Secret } from './secret.ts';
import { day, hour } from './time.ts';

/** A response of Webex's token endpoint. All instants are epoch ms; lifetimes were added to `requestedAt`. */
export interface TokenPair {
  accessToken: Secret;
  /** Absent where Webex gives no credible lifetime. */
  accessExpiresAt?: number;
  /** Absent where Webex left it out: the old refresh token stays valid. */
  refreshToken?: Secret;
  /** Absent where Webex gives no credible lifetime. */
  refreshExpiresAt?: number;
  /** Absent in older responses. */
  scopes?: string[];
  /** The instant before the request was sent. */
  requestedAt: number;
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

/** A stored pair. `serial` grows by one with every pair that is stored: it says which of two pairs is newer. */
export interface StoredGrant extends SealedTokens {
  serial: number;
  accessExpiresAt: number;
  /** The connection is lost at this instant if no refresh succeeds before. Absent while it is unknown. */
  refreshExpiresAt?: number;
  scopes: string[];
  /** Absent until the grant is verified. */
  authorizer?: Authorizer;
  /** Set until Webex has said whose tokens these are: the pair is renewed, and used for nothing else. */
  unverified?: true;
  /** When an administrator gave it. */
  grantedAt: number;
  /** When Webex last renewed it (or gave it). */
  refreshedAt: number;
}

/** Where Webex gives no lifetime, an access token is assumed to live this long, so it is renewed every half hour. */
const assumedAccessMs = hour;
/** How long a refresh token of unknown age is assumed to live when retries are planned: short enough to keep them close together. */
const assumedRefreshMs = 14 * day;

/**
 * The grant to store for a pair.
 * @param before the grant that Webex renewed; absent for a new consent or a pasted pair
 * @param after the serial of the grant that this one takes the place of
 */
export function newGrant(
  pair: Omit<TokenPair, 'accessToken' | 'refreshToken'>,
  sealed: SealedTokens,
  { before, after = 0 }: { before?: StoredGrant; after?: number } = {},
): StoredGrant {
  const { requestedAt, accessExpiresAt = requestedAt + assumedAccessMs } = pair;
  const { refreshExpiresAt: known, ...rest } = before ?? { grantedAt: requestedAt, scopes: [] };
  const refreshExpiresAt = pair.refreshExpiresAt ?? known;
  return {
    ...rest,
    ...sealed,
    serial: (before?.serial ?? after) + 1,
    accessExpiresAt,
    ...(refreshExpiresAt !== undefined && { refreshExpiresAt }),
    scopes: pair.scopes ?? rest.scopes,
    refreshedAt: requestedAt,
  };
}

/** How long the refresh token still lives, in ms; where that is unknown, a cautious guess. */
export function timeLeftMs({ refreshExpiresAt, refreshedAt }: StoredGrant, now: number): number {
  return (refreshExpiresAt ?? refreshedAt + assumedRefreshMs) - now;
}
