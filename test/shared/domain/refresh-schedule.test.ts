import { describe, expect, it } from 'vitest';
import { crossedWarning, dueAt, nextWarning, retryDelayMs, spread } from '../../../shared/domain/refresh-schedule.ts';
import { day } from '../../../shared/domain/time.ts';
import fc from '../../support/property.ts';

/** A grant renewed at `refreshedAt` whose access token lives for `lifeMs`. */
const renewed = (refreshedAt: number, lifeMs: number) => ({
  refreshedAt,
  accessExpiresAt: refreshedAt + lifeMs,
  refreshExpiresAt: refreshedAt + 90 * day,
});
const instant = fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 });

describe('dueAt', () => {
  it('never lies more than 7 days or half the access token’s life ahead, nor in the past', () => {
    fc.assert(
      fc.property(fc.uuid(), instant, fc.integer({ min: 60_000, max: 30 * day }), (id, refreshedAt, life) => {
        const at = dueAt(id, renewed(refreshedAt, life));
        expect(at - refreshedAt).toBeLessThanOrEqual(Math.min(7 * day, life / 2));
        expect(at).toBeGreaterThanOrEqual(refreshedAt);
      }),
    );
  });

  it('comes a week after the last slot when the refresh ran within the hour of its slot', () => {
    fc.assert(
      fc.property(fc.uuid(), instant, fc.integer({ min: 1000, max: 3_600_000 }), (id, connectedAt, lag) => {
        const first = dueAt(id, renewed(connectedAt, 14 * day));
        expect(dueAt(id, renewed(first + lag, 14 * day))).toBe(first + 7 * day);
      }),
    );
  });

  it('spreads customers who were connected in the same instant evenly over the week', () => {
    const perDay = new Array(7).fill(0);
    for (let index = 0; index < 7000; index++) {
      const at = dueAt(`customer-${index}`, renewed(1_790_000_000_000, 14 * day));
      perDay[Math.floor((at - 1_790_000_000_000) / day)] += 1;
    }
    for (const count of perDay) expect(count).toBeGreaterThan(850);
  });
});

describe('retryDelayMs', () => {
  it('grows with failures, shrinks with the time left, and is never shorter than Webex asked for', () => {
    const delay = (failures: number, timeLeftMs: number, retryAfterMs?: number) =>
      retryDelayMs({ failures, timeLeftMs, random: 0, ...(retryAfterMs && { retryAfterMs }) });
    expect(delay(1, 90 * day)).toBe(600_000);
    expect(delay(3, 90 * day)).toBe(2_400_000);
    expect(delay(50, 90 * day)).toBe(day / 2);
    expect(delay(50, 2 * day)).toBe((2 * day) / 20);
    expect(delay(50, 60_000)).toBe(300_000);
    expect(delay(1, 90 * day, 3_600_000)).toBe(3_600_000);
  });

  it('is shortened at random by at most a quarter', () => {
    expect(retryDelayMs({ failures: 1, timeLeftMs: 90 * day, random: 0.999999 })).toBeGreaterThanOrEqual(450_000);
  });
});

describe('warnings of the time left', () => {
  it('come at 30, 14, 7, 3 and 1 days and then no more', () => {
    const end = 2_000_000_000_000;
    const seen: number[] = [];
    for (let now = end - 90 * day; ; ) {
      const next = nextWarning(end, now);
      if (!next) break;
      expect(crossedWarning(end, next.at)).toBe(next.days);
      seen.push(next.days);
      now = next.at;
    }
    expect(seen).toEqual([30, 14, 7, 3, 1]);
    expect(crossedWarning(end, end - 31 * day)).toBeUndefined();
  });
});

describe('spread', () => {
  it('is the same for the same id and lies in [0, 1)', () => {
    expect(spread('a')).toBe(spread('a'));
    fc.assert(fc.property(fc.string(), (id) => spread(id) >= 0 && spread(id) < 1));
  });
});
