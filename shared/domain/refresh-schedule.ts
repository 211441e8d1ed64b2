/** When a connection is renewed, retried and warned about. All instants are epoch ms. */

import { createHash } from 'node:crypto';
import type { StoredGrant } from './grant.ts';
import { day, hour, minute } from './time.ts';

/** The source document's promise: "automatically refreshes the access tokens every 7 days". */
const renewEveryMs = 7 * day;

/** How far ahead a refresh is scheduled at most. A later instant was written by a wrong clock. */
export const longestPlanMs = renewEveryMs + hour;

/**
 * After this few failures the delay stays below an hour, so every hourly run retries, and the first run after an incident
 * renews all.
 */
const hourlyTries = 6;

/** Days of time left at which the portal is warned. */
export const warningDays = [30, 14, 7, 3, 1] as const;

/** A place in [0, 1) that is always the same for an id and evenly spread over ids. */
export function spread(id: string): number {
  return createHash('sha256').update(id).digest().readUInt32BE() / 2 ** 32;
}

/**
 * When a grant that was renewed at `refreshedAt` is due again: at most 7 days (a day where the refresh token's lifetime is
 * unknown) or half the access token's life later, on a grid whose phase is derived from the id. Customers who were connected
 * in the same hour, or who waited out the same outage, are spread evenly over the week from their next renewal on, and stay
 * spread.
 */
export function dueAt(
  id: string,
  {
    refreshedAt,
    accessExpiresAt,
    refreshExpiresAt,
  }: Pick<StoredGrant, 'refreshedAt' | 'accessExpiresAt' | 'refreshExpiresAt'>,
): number {
  const longest = refreshExpiresAt === undefined ? day : renewEveryMs;
  const interval = Math.min(longest, (accessExpiresAt - refreshedAt) / 2);
  const phase = spread(id) * interval;
  const slot = Math.floor((refreshedAt + interval - phase) / interval);
  return Math.floor(slot * interval + phase);
}

/**
 * How long to wait after this many consecutive failures: 10 minutes, doubled each time; at most 50 minutes for the first
 * six, then at most 12 hours; never more than a twentieth of the time left, and at least 5 minutes. Up to a quarter is taken
 * off at random, so that customers who failed together do not retry together. Never shorter than Webex asked for.
 */
export function retryDelayMs(facts: {
  failures: number;
  timeLeftMs: number;
  random: number;
  retryAfterMs?: number | undefined;
}): number {
  const { failures } = facts;
  const growing =
    failures <= hourlyTries
      ? Math.min(10 * minute * 2 ** (failures - 1), 50 * minute)
      : 50 * minute * 2 ** Math.min(failures - hourlyTries, 12);
  const longest = Math.min(12 * hour, facts.timeLeftMs / 20);
  const delay = Math.max(5 * minute, Math.min(growing, longest));
  return Math.max(facts.retryAfterMs ?? 0, Math.round(delay * (1 - facts.random / 4)));
}

/**
 * The first instant from `now` on at which the time left crosses a warning mark, and the mark; undefined when all marks have
 * passed.
 */
export function nextWarning(
  refreshExpiresAt: number | undefined,
  now: number,
): { at: number; days: number } | undefined {
  if (refreshExpiresAt === undefined) return undefined;
  for (const days of warningDays) {
    const at = refreshExpiresAt - days * day;
    if (at > now) return { at, days };
  }
  return undefined;
}

/** The mark that the time left has crossed last at `now`; undefined above the highest. */
export function crossedWarning(refreshExpiresAt: number, now: number): number | undefined {
  return warningDays.findLast((days) => refreshExpiresAt - days * day <= now);
}
