/**
 * Custody of a token pair: lease → exchange → commit. The lease's conditional commit proves that the store can be written
 * before Webex is asked; what Webex returns is committed before anything uses it; the old pair stays until then. Every
 * refresh token goes to Webex through here, whether it was stored or pasted.
 */

import type { Connection } from '../domain/connection.ts';
import { type Customer, proxiesOf } from '../domain/customer.ts';
import { asFailure, Failure } from '../domain/failure.ts';
import type { PairFacts, SealedTokens } from '../domain/grant.ts';
import { mayExchange, storeWithinMs } from '../domain/lease.ts';
import type { Proxies } from '../domain/proxy.ts';
import { type Decided, isPlatformFault, type RefreshDecision } from '../domain/refresh-policy.ts';
import type { Ports, Stored } from '../ports.ts';
import { accessTokenPlace, refreshTokenPlace } from '../storage/layout.ts';
import { acquireLease, type LeasedConnection, type NotLeased, storeResult } from './lease.ts';
import { sealTokens } from './seal.ts';

/** A pair that Webex gave, sealed for its customer. */
export interface SealedPair {
  facts: PairFacts;
  sealed: SealedTokens;
  /** Webex returned the access token that was stored already: it renews at most once a day. */
  unchanged: boolean;
}

/** Which pair of a connection is exchanged, and what the result makes of the connection. */
export interface Exchange {
  /** Whether the lease may be taken now. */
  decide(connection: Connection, now: number): RefreshDecision;
  /** The pair; undefined when the connection has none. */
  pairOf(connection: Connection): SealedTokens | undefined;
  /** Whether `now` still has the pair that `leased` had. */
  isSame(leased: Connection, now: Connection): boolean;
  afterPair(now: Connection, pair: SealedPair, owner: string): Decided;
  afterFailure(now: Connection, failure: Failure): Decided;
  by?: string | undefined;
  /** The record whose proxies to use, when it is not the stored one. */
  customer?: Customer;
}

/** `connection` is absent when the result no longer counted. */
export type Exchanged = { connection: Connection | undefined } & (
  | { kind: 'pair'; pair: SealedPair }
  | { kind: 'failure'; failure: Failure }
);

/**
 * Exchanges one refresh token and stores the result. A pair is stored even when it comes late, for as long as the connection
 * has the pair that was exchanged; a failure counts only while the lease is still our own.
 * @throws Failure for a fault of our own platform (no customer is marked), and what the store throws
 */
export async function exchangeUnderLease(
  ports: Ports,
  read: Stored<Connection>,
  exchange: Exchange,
): Promise<Exchanged | NotLeased> {
  const { clock } = ports;
  const acquired = await acquireLease(ports, read, {
    decide: exchange.decide,
    isSame: (now) => exchange.isSame(read.data, now),
  });
  if ('outcome' in acquired) return acquired;
  const { leased, customer } = acquired;
  const { lease, epoch } = leased.data;
  const isSame = (now: Connection) => exchange.isSame(leased.data, now);

  const answer = await requestPair(ports, leased.data, exchange, proxiesOf(exchange.customer ?? customer)).catch(
    asFailure,
  );
  if (answer instanceof Failure) {
    const connection = await storeResult(ports, leased, {
      decide: (now) =>
        now.lease?.owner === lease.owner && isSame(now) ? exchange.afterFailure(now, answer) : undefined,
      isStored: (now) => now.epoch === epoch && !now.lease && isSame(now),
      until: lease.endsAt,
      by: exchange.by,
    });
    if (isPlatformFault(answer.code)) throw answer;
    return { kind: 'failure', failure: answer, connection };
  }
  const connection = await storeResult(ports, leased, {
    decide: (now) => (isSame(now) ? exchange.afterPair(now, answer, lease.owner) : undefined),
    isStored: (now) => exchange.pairOf(now)?.sealedAccessToken === answer.sealed.sealedAccessToken,
    until: clock.now() + storeWithinMs,
    by: exchange.by,
  });
  return { kind: 'pair', pair: answer, connection };
}

/**
 * Asks Webex for a new pair and seals it. Everything that can happen before the request does, because until its commit the
 * new pair exists in memory only.
 */
async function requestPair(
  ports: Ports,
  leased: LeasedConnection,
  exchange: Exchange,
  proxies: Proxies | undefined,
): Promise<SealedPair> {
  const { clock, sealer } = ports;
  const { customerId } = leased;
  const old = exchange.pairOf(leased)!;
  const [refreshToken, oldAccessToken] = await Promise.all([
    sealer.open(old.sealedRefreshToken, refreshTokenPlace(customerId)),
    // Used for a comparison only, so a text that cannot be opened does no harm.
    sealer.open(old.sealedAccessToken, accessTokenPlace(customerId)).catch(() => undefined),
  ]);
  if (!mayExchange(leased.lease, clock.now())) {
    throw new Failure('store_unavailable', 'The store took too long to start a refresh.');
  }
  const pair = await ports.webex.refresh({ refreshToken, ...(proxies && { proxies }) });
  const { accessToken, refreshToken: renewed = refreshToken, ...facts } = pair;
  const sealed = await sealTokens(sealer, customerId, { accessToken, refreshToken: renewed });
  return { facts, sealed, unchanged: oldAccessToken?.reveal() === accessToken.reveal() };
}
