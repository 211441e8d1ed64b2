/** A run's calls to Webex: one cached token, one pause for all calls, and retries for about a minute. */

import { backoffMs } from '../domain/backoff.ts';
import { codeOf, Failure, isOutage, retryAfterMsOf } from '../domain/failure.ts';
import type { Ports } from '../ports.ts';
import { type CustomerAccess, withAccessToken } from '../tokens/access-token.ts';

export interface CallOptions {
  /** Receives each failure before the next try. */
  onFailure?: (failure: Failure) => void;
  /** Whether the run can continue without the answer; then a refusal is accepted at once. */
  isOptional?: boolean;
}

/** Makes a call and retries it for about a minute. */
export type CallWebex = <T>(make: (access: CustomerAccess) => Promise<T>, options?: CallOptions) => Promise<T>;

/** No new try starts after this. The last one may take 30 s more, and the lease must outlast it. */
const patienceMs = 60_000;
const maxTriesInOutage = 5;
/** A single 403 in the middle of a run is more often a fault of Webex than a lost role, which shows again at once. */
const maxTriesAfterRefusal = 3;
const refusalPause = { firstMs: 2_000, maxMs: 8_000 };
const outagePause = { firstMs: 1_000, maxMs: 8_000 };
/** How long before its expiry a cached token is read again: earlier than `getAccessToken` would renew it. */
const marginMs = 11 * 60_000;

/**
 * Webex limits requests per user, and all calls of a run use one user's token, so they share one pause: when one receives
 * `Retry-After`, the others wait too. A pause of more than a minute fails the call; the head keeps it (`pausedUntil`).
 * @param shutdown aborts when the instance shuts down; then no call waits and none is retried
 */
export function rateLimitedCaller(ports: Ports, customerId: string, shutdown?: AbortSignal): CallWebex {
  const { clock } = ports;
  let cached: CustomerAccess | undefined;
  let pausedUntil = 0;

  async function callOnce<T>(make: (access: CustomerAccess) => Promise<T>): Promise<T> {
    try {
      if (cached && cached.expiresAt - clock.now() > marginMs) return await make(cached);
    } catch (error) {
      if (codeOf(error) !== 'webex_unauthorized') throw error;
    }
    return withAccessToken(ports, customerId, (access) => {
      cached = access;
      return make(access);
    });
  }

  return async (make, { onFailure, isOptional = false } = {}) => {
    const giveUpAt = clock.now() + patienceMs;
    for (let attempt = 1; ; attempt++) {
      const pauseMs = pausedUntil - clock.now();
      if (pauseMs > 0) await clock.sleep(pauseMs, shutdown);
      try {
        return await callOnce(make);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        const waitMs = retryDelayMs(error, { attempt, isOptional }, clock.random());
        if (waitMs === undefined) throw error;
        onFailure?.(error);
        if (shutdown?.aborted || clock.now() + waitMs > giveUpAt) throw error;
        if (retryAfterMsOf(error) !== undefined) pausedUntil = clock.now() + waitMs;
        await clock.sleep(waitMs, shutdown);
      }
    }
  };
}

/** How long to wait before the next try, ms; undefined when a retry cannot help. */
function retryDelayMs(
  failure: Failure,
  { attempt, isOptional }: { attempt: number; isOptional: boolean },
  random: number,
): number | undefined {
  const retryAfterMs = retryAfterMsOf(failure) ?? 0;
  // Adds up to a second to Webex's pause, so that callers who got the same answer do not return together.
  if (failure.code === 'webex_rate_limited') return retryAfterMs + 1000 * random;
  if (failure.code === 'webex_forbidden') {
    return isOptional || attempt >= maxTriesAfterRefusal ? undefined : backoffMs(attempt, refusalPause, random);
  }
  if (!isOutage(failure)) return undefined;
  if (retryAfterMs > 0) return retryAfterMs + 1000 * random;
  return attempt >= maxTriesInOutage ? undefined : backoffMs(attempt, outagePause, random);
}
