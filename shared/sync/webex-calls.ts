/** A run's calls to Webex: one kept token, 401 renewed once, `Retry-After` waited out, outages tried again for a while. */

import { codeOf, Failure, retryAfterMsOf } from '../domain/failure.ts';
import type { Ports } from '../ports.ts';
import { type CustomerAccess, withAccessToken } from '../tokens/access-token.ts';

/** Makes a call as often as it makes sense within a minute; `onFailure` hears of every failure first. */
export type Call = <T>(
  make: (access: CustomerAccess) => Promise<T>,
  onFailure?: (failure: Failure) => void,
) => Promise<T>;

/** No new try after this, so that the lease outlasts a call: the last try may take 30 s more. */
const patienceMs = 60_000;
const triesInOutage = 5;
/** A kept token is looked up anew before `workingAccess` would renew it. */
const marginMs = 11 * 60_000;

/**
 * The budget of an organization's requests is one: calls of one run wait for each other's `Retry-After`, a renewal of the
 * token in between included. What is longer than a minute is for the caller to keep (`pausedUntil` on the directory).
 * @param ending aborted when the instance is told to end: then nothing is waited for, and nothing tried again
 */
export function callsOf(
  ports: Ports,
  customerId: string,
  onTrouble: (failure: Failure) => void,
  ending?: AbortSignal,
): Call {
  const { clock } = ports;
  let kept: CustomerAccess | undefined;
  let pausedUntil = 0;

  async function once<T>(make: (access: CustomerAccess) => Promise<T>): Promise<T> {
    try {
      if (kept && kept.expiresAt - clock.now() > marginMs) return await make(kept);
    } catch (error) {
      if (codeOf(error) !== 'webex_unauthorized') throw error;
    }
    return withAccessToken(ports, customerId, (access) => {
      kept = access;
      return make(access);
    });
  }

  return async (make, onFailure) => {
    const giveUpAt = clock.now() + patienceMs;
    for (let attempt = 1; ; attempt++) {
      const pauseMs = pausedUntil - clock.now();
      if (pauseMs > 0) await clock.sleep(pauseMs, ending);
      try {
        return await once(make);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        const waitMs = waitAfter(error, attempt, clock.random());
        if (waitMs === undefined) throw error;
        onTrouble(error);
        onFailure?.(error);
        if (ending?.aborted || clock.now() + waitMs > giveUpAt) throw error;
        if (error.code === 'webex_rate_limited') pausedUntil = clock.now() + waitMs;
        await clock.sleep(waitMs, ending);
      }
    }
  };
}

/** How long until the next try, ms; undefined where none can help. */
function waitAfter(failure: Failure, attempt: number, random: number): number | undefined {
  // A little later than asked, so that all who were told the same do not come back together.
  if (failure.code === 'webex_rate_limited') return (retryAfterMsOf(failure) ?? 0) + 1000 * random;
  if (failure.code !== 'webex_unavailable' || attempt >= triesInOutage) return undefined;
  return 500 * 2 ** attempt * (0.5 + random / 2);
}
