/** What to do about a connection's tokens, and what an exchange's outcome makes of it. Decisions are data. */

import type { Connection, Lease } from './connection.ts';
import type { EventDraft } from './event.ts';
import { type Failure, type FailureCode, retryAfterMsOf, trackingIdOf } from './failure.ts';
import { type StoredGrant, timeLeftMs } from './grant.ts';
import { crossedWarning, dueAt, longestPlanMs, nextWarning, retryDelayMs } from './refresh-schedule.ts';

/** An exchange at Webex has answered or is given up within this time. */
export const exchangeMs = 30_000;

/**
 * How long one owner may hold a refresh token. A third goes to taking the lease, a third is the exchange, a third is
 * slack for clocks that differ: an owner that still lives has given up before another may begin.
 */
export const leaseMs = 3 * exchangeMs;

/** The second proof of a refused grant is asked for no sooner than this after the first. */
export const confirmRefusalAfterMs = 10 * 60_000;

/**
 * A pair that Webex gave is tried to be stored for so long after the lease was taken. Whoever takes the lease meanwhile
 * can at worst be refused once (the pair was rotated away under them): ours still arrives before the second proof.
 */
export const storeWithinMs = leaseMs + confirmRefusalAfterMs;

/** Faults that are ours: every customer meets them alike, so they are no customer's. */
const ourFaults: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'client_refused',
  'configuration_invalid',
  'secret_missing',
  'secrets_unavailable',
  'store_unavailable',
]);

export function isPlatformFault(code: FailureCode): boolean {
  return ourFaults.has(code);
}

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
  // An hour ahead and more: the clock has jumped back since, and the lease must not outlive its owner by as much.
  const lease = connection.lease;
  if (lease && lease.endsAt > now && lease.endsAt <= now + leaseMs + 3_600_000)
    return { kind: 'leased', until: lease.endsAt };
  if (force || connection.nextRefreshAt <= now || connection.nextRefreshAt > now + longestPlanMs)
    return { kind: 'due' };
  return { kind: 'not_due', at: connection.nextRefreshAt };
}

/** Whether there is time for an exchange before the lease ends, with the slack that is its last third. */
export function mayExchange(lease: Lease, now: number): boolean {
  return now <= lease.endsAt - 2 * exchangeMs;
}

/** The connection with a lease for `owner`; it is held once this has been committed on the version that was read. */
export function withLease(connection: Connection, owner: string, now: number): Connection & { lease: Lease } {
  const epoch = connection.epoch + 1;
  return { ...connection, epoch, lease: { owner, epoch, endsAt: now + leaseMs } };
}

export interface Decided {
  connection: Connection;
  events: EventDraft[];
}

/** The grant's own dates and health after a success: everything about failure is forgotten. */
export function withGrant(
  connection: Connection,
  grant: StoredGrant,
  now: number,
  requiredScopes: string[] = [],
): Connection {
  const { fault: _fault, refusedAt: _refused, lease: _lease, nextWarningAt: _warning, ...rest } = connection;
  const warning = nextWarning(grant.refreshExpiresAt, now);
  const well: Connection = {
    ...rest,
    state: 'active',
    grant,
    failures: 0,
    nextRefreshAt: dueAt(connection.customerId, grant),
    ...(warning && { nextWarningAt: warning.at }),
  };
  return withMissingScopes(well, requiredScopes);
}

/** The connection with the list of required scopes that it was not granted. */
export function withMissingScopes(connection: Connection, requiredScopes: string[]): Connection {
  const { missingScopes: _old, ...rest } = connection;
  const granted = connection.grant?.scopes;
  const missing = granted ? requiredScopes.filter((scope) => !granted.includes(scope)).sort() : [];
  return missing.length > 0 ? { ...rest, missingScopes: missing } : rest;
}

/**
 * `owner` of a lease has brought a new pair. Where it came so late that another holds the lease by now, that lease
 * stays: its owner's exchange is under way.
 */
export function afterSuccess(
  connection: Connection,
  grant: StoredGrant,
  facts: { owner: string; now: number; requiredScopes: string[] },
): Decided {
  const recovered = connection.state === 'degraded';
  const { lease } = connection;
  return {
    connection: {
      ...withGrant(connection, grant, facts.now, facts.requiredScopes),
      ...(lease && lease.owner !== facts.owner && { lease }),
    },
    events: recovered ? [{ type: 'recovered', facts: { failures: connection.failures } }] : [],
  };
}

/**
 * The exchange failed. Nothing transient costs the connection: only a second refusal of the same grant, a while after
 * the first, ends it. What is our own fault leaves no mark.
 */
export function afterFailure(connection: Connection, failure: Failure, now: number, random: number): Decided {
  const { lease: _lease, ...released } = connection;
  const grant = connection.grant;
  if (!grant || isPlatformFault(failure.code)) return { connection: released, events: [] };

  const refused = failure.code === 'grant_refused';
  const [trackingId, retryAfterMs] = [trackingIdOf(failure), retryAfterMsOf(failure)];
  const fault = { code: failure.code, message: failure.message, at: now, ...(trackingId && { trackingId }) };
  const failures = connection.failures + 1;
  if (refused && connection.refusedAt !== undefined && now - connection.refusedAt >= confirmRefusalAfterMs) {
    const { nextRefreshAt: _next, nextWarningAt: _warning, ...ended } = released;
    return {
      connection: { ...ended, state: 'reauthorization_required', failures, fault },
      events: [{ type: 'reauthorization_required', facts: { reason: failure.message } }],
    };
  }

  // Never in the future, where a clock that jumped back would put it: the second proof would not come for as long.
  const refusedAt = refused ? Math.min(connection.refusedAt ?? now, now) : connection.refusedAt;
  const delay = retryDelayMs({ failures, timeLeftMs: timeLeftMs(grant, now), random, retryAfterMs });
  const nextRefreshAt = now + (refused ? confirmRefusalAfterMs : delay);
  return {
    connection: { ...released, state: 'degraded', failures, fault, nextRefreshAt, ...(refusedAt && { refusedAt }) },
    events: connection.state === 'active' ? [{ type: 'degraded', facts: { code: fault.code } }] : [],
  };
}

/** The runway crossed a mark: the warning, and when the next one is. */
export function afterWarning(connection: Connection, now: number): Decided {
  const { nextWarningAt, ...rest } = connection;
  if (nextWarningAt === undefined || nextWarningAt > now || !connection.grant) return { connection, events: [] };
  const { refreshExpiresAt } = connection.grant;
  if (refreshExpiresAt === undefined) return { connection: rest, events: [] };
  const days = crossedWarning(refreshExpiresAt, now)!;
  const next = nextWarning(refreshExpiresAt, now);
  return {
    connection: { ...rest, ...(next && { nextWarningAt: next.at }) },
    events: [{ type: 'expiring', facts: { days, expiresAt: refreshExpiresAt } }],
  };
}
