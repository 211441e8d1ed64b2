/**
 * The fleet's circuit breaker: distinguishes an incident that affects all customers from refusals of single ones. Refusals
 * of a few customers never stop the fleet; refusals of nearly all end no connection. Pure: the state machine, no clock, no
 * I/O.
 */

import type { FailureCode } from './failure.ts';
import { confirmRefusalAfterMs } from './lease.ts';

import { day, hour, minute } from './time.ts';

/** How many customers a sample asks, and how many of them must be refused for the breaker to open. */
export const sampleSize = 20;
export const opensAtRefused = 16;
/** How long a sample counts. */
const sampleValidMs = hour;
/**
 * How long one worker may hold the right to take a sample: enough for 20 calls at once and their commits, and no longer,
 * because a killed worker blocks the others meanwhile.
 */
const probeMs = 5 * minute;
/** After an operator has released the breaker, it does not open again for this long, so every customer is tried. */
const releasedMs = 6 * hour;
/** How far apart two refusals must be where there are not 20 others to ask. */
const confirmInSmallFleetMs = 20 * hour;
/** How far apart two refusals must be where all others of a small fleet are refused too. */
const believeSmallFleetMs = 7 * day;

/** What other customers answered, at one time. Silence (timeouts, outages) counts as asked only. */
export interface Sample {
  at: number;
  asked: number;
  succeeded: number;
  refused: number;
}

/** The document `fleet/refresh`. All instants are epoch ms. */
export interface Breaker {
  state: 'closed' | 'open';
  openedAt?: number;
  /** The answer that most of the sample got: it says what to look at. */
  cause?: FailureCode;
  /** When operators were last alerted to the present incident. */
  alertedAt?: number;
  /** When it last closed: earlier refusals belong to the incident and no longer count. */
  closedAt?: number;
  releasedUntil?: number;
  releasedBy?: string;
  /** The latest sample. */
  sample?: Sample;
  /** The right to take a sample while open: one worker at a time, until an instant. */
  probe?: { owner: string; endsAt: number };
  /** Webex has asked for no token request before this instant. */
  pausedUntil?: number;
}

export const newBreaker: Breaker = { state: 'closed' };

/** `unclear`: neither enough successes nor enough refusals. `too_few`: there were not 20 others to ask. */
export type SampleVerdict = 'refused' | 'works' | 'unclear' | 'too_few';

export function judgeSample({ asked, succeeded, refused }: Sample): SampleVerdict {
  if (asked < sampleSize) return 'too_few';
  if (refused * sampleSize >= opensAtRefused * asked) return 'refused';
  return succeeded * 2 >= asked ? 'works' : 'unclear';
}

export function isFresh({ at }: Sample, now: number): boolean {
  return now - at <= sampleValidMs;
}

/** Opens: no connection is marked and no run continues until a sample succeeds again. */
export function afterOpening(breaker: Breaker, sample: Sample, cause: FailureCode, now: number): Breaker {
  return { ...withoutProbe(breaker), state: 'open', openedAt: now, alertedAt: now, cause, sample };
}

/** Closes: every refusal up to now is void, so each refused customer is tried again before it can be marked. */
export function afterClosing(breaker: Breaker, sample: Sample, now: number): Breaker {
  const { openedAt: _opened, cause: _cause, alertedAt: _alerted, ...rest } = withoutProbe(breaker);
  return { ...rest, state: 'closed', closedAt: now, sample };
}

/** A sample taken while the breaker is open has failed: it stays open. */
export function afterRefusedSample(breaker: Breaker, sample: Sample): Breaker {
  return { ...withoutProbe(breaker), sample };
}

/** The breaker after its daily alert; undefined while none is due. */
export function withLoudAlert(breaker: Breaker, now: number): Breaker | undefined {
  const isDue = breaker.state === 'open' && now - (breaker.alertedAt ?? now) >= day;
  return isDue ? { ...breaker, alertedAt: now } : undefined;
}

/** An operator's decision: closed, and not opened again for six hours. */
export function afterRelease(breaker: Breaker, by: string, now: number): Breaker {
  const { openedAt: _opened, cause: _cause, alertedAt: _alerted, ...rest } = withoutProbe(breaker);
  return { ...rest, state: 'closed', closedAt: now, releasedBy: by, releasedUntil: now + releasedMs };
}

export function isReleased({ releasedUntil = 0 }: Breaker, now: number): boolean {
  return now < releasedUntil;
}

/** The breaker with the right to take a sample, or undefined while another worker has it. */
export function withProbe(breaker: Breaker, owner: string, now: number): Breaker | undefined {
  const { probe } = breaker;
  if (probe && probe.endsAt > now && probe.endsAt <= now + probeMs) return undefined;
  return { ...breaker, probe: { owner, endsAt: now + probeMs } };
}

function withoutProbe({ probe: _probe, ...rest }: Breaker): Breaker {
  return rest;
}

/**
 * Whether a repeated `grant_refused` ends the connection. `since`: the first refusal that counts. `sample`: what others
 * answered within the last hour. In a fleet too small for a sample, all others were asked; a fleet in which none of them
 * works is more likely refused as a whole, for example because of wrong client credentials.
 */
export function isConfirmed(breaker: Breaker, sample: Sample, { since, now }: { since: number; now: number }): boolean {
  const apart = now - since;
  if (breaker.state === 'open' || apart < confirmRefusalAfterMs) return false;
  const verdict = judgeSample(sample);
  if (verdict !== 'too_few') return verdict === 'works' && isFresh(sample, now);
  const othersWork = sample.asked === 0 || sample.succeeded > 0 || apart >= believeSmallFleetMs;
  return apart >= confirmInSmallFleetMs && othersWork;
}
