/** What becomes of a pending grant: kept and tried again, or dropped. The working grant beside it is never touched. Decisions are data. */

import type { Connection } from './connection.ts';
import type { EventDraft } from './event.ts';
import type { Failure } from './failure.ts';
import type { PendingGrant } from './grant.ts';
import { confirmRefusalAfterMs, leasedUntil } from './lease.ts';
import type { Decided, RefreshDecision } from './refresh-policy.ts';
import { day, hour, minute } from './time.ts';

/** A pasted pair that nobody could verify for this long is given up: its refresh token may be of any age. */
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
 * The pair was accepted and could not be verified yet. It is tried again soon, then less often. A customer without a grant
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
 * Webex refused the pending refresh token, or says that its owner is of no use. Both are believed when said twice ten minutes
 * apart; another organization is believed at once.
 */
export function afterRejected(connection: Connection, failure: Failure, now: number): Decided {
  const { refusedAt = now } = connection.pending!;
  if (failure.code === 'wrong_organization' || now - refusedAt >= confirmRefusalAfterMs) {
    return withoutPending(connection, failure, now);
  }
  const noted = { ...connection, pending: { ...connection.pending!, refusedAt: Math.min(refusedAt, now) } };
  return afterUnverified(noted, failure, now);
}

/** Whether a pair that nobody could verify is given up. */
export function isGivenUp({ receivedAt, facts }: PendingGrant, now: number): boolean {
  return now >= (facts?.refreshExpiresAt ?? receivedAt + givenUpAfterMs);
}

/**
 * The pair is dropped: what was sealed is deleted at once. A connection that works goes on as it was; the customer whose only
 * pair it was must authorize again.
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

/** The pair that a caller has just pasted is refused in the response: the connection is as it was before. */
export function asBeforePasting(connection: Connection): Connection {
  const { pending: _pending, nextVerifyAt: _next, ...rest } = connection;
  return rest;
}
