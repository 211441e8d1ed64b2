/** What to do about a connection's tokens, and what an exchange's outcome makes of it. Decisions are data. */

import type { Connection, Lease, StoredGrant } from './connection.ts';
import type { EventDraft } from './event.ts';
import type { Failure } from './failure.ts';
import { crossedWarning, dueAt, nextWarning, retryDelayMs } from './schedule.ts';

/**
 * How long one owner may hold a refresh token: longer than the exchange's own limit (30 s) and the retries of its
 * commit, so that an owner that still lives has given up before another may begin.
 */
export const leaseMs = 90_000;

/** The second proof of a refused grant is asked for no sooner than this after the first. */
export const secondProofAfterMs = 10 * 60_000;

export type RefreshDecision =
  | { kind: 'due' }
  | { kind: 'not_due'; at: number }
  | { kind: 'leased'; until: number }
  | { kind: 'not_connected' }
  | { kind: 'reauthorization_required' };

/** `force`: someone asks for it now. What is refused for good stays so until an administrator authorizes again. */
export function decideRefresh(connection: Connection, now: number, force = false): RefreshDecision {
  if (connection.state === 'reauthorization_required') return { kind: 'reauthorization_required' };
  if (!connection.grant || connection.nextRefreshAt === undefined) return { kind: 'not_connected' };
  if (connection.lease && connection.lease.endsAt > now) return { kind: 'leased', until: connection.lease.endsAt };
  if (force || connection.nextRefreshAt <= now) return { kind: 'due' };
  return { kind: 'not_due', at: connection.nextRefreshAt };
}

/** The connection with a lease for `owner`; it is held once this has been committed on the version that was read. */
export function takeLease(connection: Connection, owner: string, now: number): Connection & { lease: Lease } {
  const epoch = connection.epoch + 1;
  return { ...connection, epoch, lease: { owner, epoch, endsAt: now + leaseMs } };
}

export interface Decided {
  connection: Connection;
  events: EventDraft[];
}

/** The grant's own dates and health after a success: everything about failure is forgotten. */
export function healthy(connection: Connection, grant: StoredGrant, now: number): Connection {
  const { fault: _fault, refusedAt: _refused, lease: _lease, nextWarningAt: _warning, ...rest } = connection;
  const warning = nextWarning(grant.refreshExpiresAt, now);
  return {
    ...rest,
    state: 'active',
    grant,
    failures: 0,
    nextRefreshAt: dueAt(connection.customerId, grant.refreshedAt, grant.accessLifetimeMs),
    ...(warning && { nextWarningAt: warning.at }),
  };
}

/** A new pair came back. */
export function refreshed(connection: Connection, grant: StoredGrant, now: number): Decided {
  const recovered = connection.state === 'degraded';
  return {
    connection: healthy(connection, grant, now),
    events: recovered ? [{ type: 'recovered', facts: { failures: connection.failures } }] : [],
  };
}

/**
 * The exchange failed. Nothing transient costs the connection: only a second refusal of the same grant, a while after
 * the first, ends it. `client_refused` is our own fault and leaves no mark.
 */
export function failed(connection: Connection, failure: Failure, now: number, random: number): Decided {
  const { lease: _lease, ...released } = connection;
  const grant = connection.grant;
  if (!grant || failure.code === 'client_refused') return { connection: released, events: [] };

  const refused = failure.code === 'grant_refused';
  const { trackingId, retryAfterMs } = failure.facts;
  const fault = { code: failure.code, message: failure.message, at: now, ...(trackingId && { trackingId }) };
  const failures = connection.failures + 1;
  if (refused && connection.refusedAt !== undefined && now - connection.refusedAt >= secondProofAfterMs) {
    const { nextRefreshAt: _next, nextWarningAt: _warning, ...ended } = released;
    return {
      connection: { ...ended, state: 'reauthorization_required', failures, fault },
      events: [{ type: 'reauthorization_required', facts: { reason: failure.message } }],
    };
  }

  const refusedAt = refused ? (connection.refusedAt ?? now) : connection.refusedAt;
  const delay = retryDelayMs({ failures, runwayMs: grant.refreshExpiresAt - now, random, retryAfterMs });
  const nextRefreshAt = now + (refused ? secondProofAfterMs : delay);
  return {
    connection: { ...released, state: 'degraded', failures, fault, nextRefreshAt, ...(refusedAt && { refusedAt }) },
    events: connection.state === 'active' ? [{ type: 'degraded', facts: { code: fault.code } }] : [],
  };
}

/** The runway crossed a mark: the warning, and when the next one is. */
export function warned(connection: Connection, now: number): Decided {
  const { nextWarningAt, ...rest } = connection;
  if (nextWarningAt === undefined || nextWarningAt > now || !connection.grant) return { connection, events: [] };
  const { refreshExpiresAt } = connection.grant;
  const days = crossedWarning(refreshExpiresAt, now)!;
  const next = nextWarning(refreshExpiresAt, now);
  return {
    connection: { ...rest, ...(next && { nextWarningAt: next.at }) },
    events: [{ type: 'expiring', facts: { days, expiresAt: refreshExpiresAt } }],
  };
}
