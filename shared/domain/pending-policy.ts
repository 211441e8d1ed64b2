/**
 * Decides whether a pending grant is tried again or dropped. It never touches the working grant beside it. Decisions are
 * data.
 */

import type { Connection } from './connection.ts';
import type { EventDraft } from './event.ts';
import type { Failure } from './failure.ts';
import type { PendingGrant } from './grant.ts';
import { confirmRefusalAfterMs, leasedUntil } from './lease.ts';
import type { Decided, RefreshDecision } from './refresh-policy.ts';
import { day, hour, minute } from './time.ts';

/** Give up a pasted pair that could not be verified for this long, because its refresh token may be of any age. */
const givenUpAfterMs = 14 * day;
/** An access token with less left is renewed before it is used to verify the pair. */
const nearEndMs = minute;

/** Whether the refresh token must be exchanged before the pair can be verified. */
export function needsExchange({ facts }: PendingGrant, now: number): boolean {
  return !facts || (facts.accessExpiresAt ?? facts.requestedAt + hour) < now + nearEndMs;
}

/** Whether the lease may be taken for the pending pair `id`. */
export function decidePendingExchange(connection: Connection, id: string, now: number): RefreshDecision {
  if (connection.pending?.id !== id) return { kind: 'not_connected' };
  const until = leasedUntil(connection, now);
  return until === undefined ? { kind: 'due' } : { kind: 'leased', until };
}

/** The connection with a pair that waits for verification, tried at `nextVerifyAt`. A pair that waited before is replaced. */
export function withPending(connection: Connection, pending: PendingGrant, nextVerifyAt: number): Connection {
  return { ...connection, pending, nextVerifyAt };
}

/**
 * The pair was accepted but could not be verified yet. It is tried again soon, then less often. A customer without a grant
 * counts as degraded meanwhile.
 */
export function afterUnverified(connection: Connection, failure: Failure, now: number): Decided {
  const pending = connection.pending!;
  const tries = pending.tries + 1;
  const fault = { code: failure.code, message: failure.message, at: now };
  const delay = Math.min(10 * minute * 2 ** Math.min(tries - 1, 10), 12 * hour);
  const waiting = withPending(connection, { ...pending, tries, fault }, now + delay);
  if (connection.grant) return { connection: waiting, events: [] };
  const news = connection.state !== 'degraded';
  return {
    connection: { ...waiting, state: 'degraded', failures: tries, fault },
    events: news ? [{ type: 'degraded', facts: { code: failure.code } }] : [],
  };
}

/**
 * Webex refused the pending refresh token, or says that its owner lacks a role or scope. Such an answer counts once Webex
 * has given it twice, ten minutes apart; a wrong organization counts at once.
 */
export function afterRejected(connection: Connection, failure: Failure, now: number): Decided {
  const { refusedAt = now } = connection.pending!;
  if (failure.code === 'wrong_organization' || now - refusedAt >= confirmRefusalAfterMs) {
    return withoutPending(connection, failure, now);
  }
  const noted = { ...connection, pending: { ...connection.pending!, refusedAt: Math.min(refusedAt, now) } };
  return afterUnverified(noted, failure, now);
}

/** Whether to give up a pair that could not be verified. */
export function isGivenUp({ receivedAt, facts }: PendingGrant, now: number): boolean {
  return now >= (facts?.refreshExpiresAt ?? receivedAt + givenUpAfterMs);
}

/**
 * The pair is dropped: what was sealed is deleted at once. A connection with a working grant continues; a customer without
 * one must authorize again.
 */
export function withoutPending(connection: Connection, failure: Failure, now: number): Decided {
  const { pending, nextVerifyAt: _next, ...rest } = connection;
  const reason: EventDraft = { type: 'tokens_rejected', facts: { reason: failure.message } };
  const fault = { code: failure.code, message: failure.message, at: now };
  // A revived pair is the grant itself: the pair of another organization must not stay.
  const { grant: _grant, nextRefreshAt: _refresh, nextWarningAt: _warning, ...empty } = rest;
  if (pending?.source === 'revived') {
    return {
      connection: failure.code === 'wrong_organization' ? { ...empty, fault } : { ...rest, fault },
      events: [reason],
    };
  }
  if (rest.grant) return { connection: rest, events: [reason] };
  const ended: EventDraft = { type: 'reauthorization_required', facts: { reason: failure.message } };
  return { connection: { ...empty, state: 'reauthorization_required', fault }, events: [ended] };
}

/**
 * The pair that a caller has just pasted is refused in the response: the connection is as it was before. A pair that waited
 * then waits again, because it may be all that the customer has.
 */
export function asBeforePasting(connection: Connection, earlier: PendingGrant | undefined, now: number): Connection {
  const { pending: _pending, nextVerifyAt: _next, ...rest } = connection;
  return earlier ? withPending(rest, earlier, now) : rest;
}
