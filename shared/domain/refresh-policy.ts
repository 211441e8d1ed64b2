/** Decides when a connection's grant is exchanged and how each result changes the connection. Decisions are data. */

import type { Connection, ConnectionFault } from './connection.ts';
import type { EventDraft } from './event.ts';
import { type Failure, type FailureCode, retryAfterMsOf, trackingIdOf } from './failure.ts';
import { mayStillLive, type StoredGrant, timeLeftMs } from './grant.ts';
import { confirmRefusalAfterMs, leasedUntil } from './lease.ts';
import { crossedWarning, dueAt, longestPlanMs, nextWarning, retryDelayMs } from './refresh-schedule.ts';
import { day, minute } from './time.ts';

/** How often an ended connection is tried again: by the scheduled run, and when a caller asks. */
const retryEndedMs = day;
const retryEndedOnDemandMs = 10 * minute;

/** Faults of our own platform. They say nothing about the customer, so the connection does not record them. */
const platformFaults: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'configuration_invalid',
  'secret_missing',
  'secrets_unavailable',
  'store_unavailable',
]);

export function isPlatformFault(code: FailureCode): boolean {
  return platformFaults.has(code);
}

export type RefreshDecision =
  | { kind: 'due' }
  | { kind: 'not_due'; at: number }
  | { kind: 'leased'; until: number }
  | { kind: 'not_connected' }
  | { kind: 'reauthorization_required' };

/**
 * @param force a caller asks for it now. An ended connection is then tried at most every 10 minutes, otherwise once a day.
 */
export function decideRefresh(connection: Connection, now: number, force = false): RefreshDecision {
  const { state, grant, nextRefreshAt, retriedAt = 0 } = connection;
  const ended = state === 'reauthorization_required';
  if (ended && !(grant && mayStillLive(grant, now))) return { kind: 'reauthorization_required' };
  if (!grant || nextRefreshAt === undefined) return { kind: 'not_connected' };
  const until = leasedUntil(connection, now);
  if (until !== undefined) return { kind: 'leased', until };
  if (ended && force && now - retriedAt < retryEndedOnDemandMs) return { kind: 'reauthorization_required' };
  if (force || nextRefreshAt <= now || nextRefreshAt > now + longestPlanMs) return { kind: 'due' };
  return { kind: 'not_due', at: nextRefreshAt };
}

export interface Decided {
  connection: Connection;
  events: EventDraft[];
}

/** The connection after a success: with new dates, and without everything that recorded failures. */
export function withGrant(
  connection: Connection,
  grant: StoredGrant,
  now: number,
  requiredScopes: string[] = [],
): Connection {
  const { fault: _fault, refusals: _refusals, retriedAt: _retried, ...kept } = connection;
  const { lease: _lease, nextWarningAt: _warning, ...rest } = kept;
  const warning = nextWarning(grant.refreshExpiresAt, now);
  const working: Connection = {
    ...rest,
    state: 'active',
    grant,
    failures: 0,
    nextRefreshAt: dueAt(connection.customerId, grant),
    ...(warning && { nextWarningAt: warning.at }),
  };
  return withMissingScopes(working, requiredScopes);
}

/** The connection with the list of required scopes that it was not granted. */
export function withMissingScopes(connection: Connection, requiredScopes: string[]): Connection {
  const { missingScopes: _old, ...rest } = connection;
  const granted = connection.grant?.scopes;
  const missing = granted ? requiredScopes.filter((scope) => !granted.includes(scope)).sort() : [];
  return missing.length > 0 ? { ...rest, missingScopes: missing } : rest;
}

/**
 * The connection with the new pair that the lease's `owner` has brought. A lease that another worker has taken meanwhile
 * stays, because that worker's exchange is under way.
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

/** When and how a failure is judged. Refusals before `voidBefore` belong to an incident that is over. */
export interface FailureContext {
  now: number;
  /** Uniform in [0, 1). */
  random: number;
  voidBefore?: number;
}

/**
 * The connection after a failed exchange, with the event that tells its portal. A failure alone never ends a connection; an
 * ended one is tried again a day later while its refresh token may live.
 */
export function afterFailure(connection: Connection, failure: Failure, context: FailureContext): Decided {
  const { lease: _lease, ...released } = connection;
  const { grant } = connection;
  if (!grant || isPlatformFault(failure.code)) return { connection: released, events: [] };
  const { now, random } = context;
  const fault = toFault(failure, now);
  const failures = connection.failures + 1;
  if (connection.state === 'reauthorization_required') {
    return { connection: { ...withNextRetry(released, now), failures, fault }, events: [] };
  }
  const refusals = refusalsAfter(connection, failure.code, context);
  const retryAfterMs = retryAfterMsOf(failure);
  const backoff = retryDelayMs({ failures, timeLeftMs: timeLeftMs(grant, now), random, retryAfterMs });
  const delay = failure.code === 'grant_refused' ? Math.max(backoff, confirmRefusalAfterMs) : backoff;
  return {
    connection: {
      ...released,
      state: 'degraded',
      failures,
      fault,
      nextRefreshAt: now + delay,
      ...(refusals && { refusals }),
    },
    events: connection.state === 'active' ? [{ type: 'degraded', facts: { code: fault.code } }] : [],
  };
}

/** Webex refused the exchange itself, as opposed to not answering: the fleet may be refused, or this customer alone. */
const refusalCodes: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'grant_refused',
  'client_refused',
  'webex_unexpected',
]);

export function isRefusal(code: FailureCode): boolean {
  return refusalCodes.has(code);
}

/**
 * Notes a refusal or a rate limit without judging it, because the run does not know yet whether it concerns this customer or
 * the fleet. The customer stays due, so the first run after an incident renews it; a grant that Webex called dead is tried
 * ten minutes later, when the answer can confirm the first one.
 */
export function afterUnjudged(connection: Connection, failure: Failure, context: FailureContext): Connection {
  const { lease: _lease, ...released } = connection;
  if (connection.state === 'reauthorization_required') return withNextRetry(released, context.now);
  const refusals = isRefusal(failure.code) ? refusalsAfter(connection, failure.code, context) : connection.refusals;
  const delay = retryAfterMsOf(failure) ?? (failure.code === 'grant_refused' ? confirmRefusalAfterMs : undefined);
  return {
    ...released,
    ...(delay !== undefined && { nextRefreshAt: context.now + delay }),
    ...(refusals && { refusals }),
  };
}

/** Webex has confirmed that it refuses this grant. The pair stays, because Webex has sometimes taken a refusal back. */
export function afterConfirmedRefusal(connection: Connection, failure: Failure, now: number): Decided {
  const { lease: _lease, nextWarningAt: _warning, ...rest } = connection;
  const ended: Connection = { ...rest, state: 'reauthorization_required', fault: toFault(failure, now) };
  return {
    connection: withNextRetry(ended, now),
    events: [{ type: 'reauthorization_required', facts: { reason: failure.message } }],
  };
}

/** The warning for a mark that the time left has crossed, and the instant of the next one. */
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

function toFault(failure: Failure, at: number): ConnectionFault {
  const trackingId = trackingIdOf(failure);
  return { code: failure.code, message: failure.message, at, ...(trackingId && { trackingId }) };
}

/** The ended connection with its next try, as long as the refresh token may live then. */
function withNextRetry({ nextRefreshAt: _old, ...rest }: Connection, now: number): Connection {
  const at = now + retryEndedMs;
  return rest.grant && mayStillLive(rest.grant, at) ? { ...rest, nextRefreshAt: at } : rest;
}

function refusalsAfter(
  { refusals }: Connection,
  code: FailureCode,
  { now, voidBefore = 0 }: FailureContext,
): Connection['refusals'] {
  if (!isRefusal(code)) return refusals;
  // An instant in the future was written by a clock that has jumped back since.
  const counted = (at: number | undefined) => (at === undefined || at < voidBefore ? now : Math.min(at, now));
  const dead = code === 'grant_refused';
  const grantSince = dead || (refusals?.grantSince ?? -1) >= voidBefore ? counted(refusals?.grantSince) : undefined;
  return { since: counted(refusals?.since), ...(grantSince !== undefined && { grantSince }) };
}
