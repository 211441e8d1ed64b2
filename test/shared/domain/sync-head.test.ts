import { describe, expect, it } from 'vitest';
import {
  leaseMs,
  newSyncHead,
  nextSync,
  turnOf,
  withLease,
  withoutLease,
  withRun,
} from '../../../shared/domain/sync-head.ts';
import { day } from '../../../shared/domain/time.ts';
import fc from '../../support/property.ts';

const now = 1_800_000_000_000;

describe('a turn at a run', () => {
  const head = withRun(newSyncHead('c'), 'r', now);

  it('belongs to one message at a time, until the lease expires', () => {
    const held = withLease(head, 'me', now);
    expect(turnOf(head, 'r', now).kind).toBe('go');
    expect(turnOf(held, 'r', now + leaseMs - 1).kind).toBe('busy');
    expect(turnOf(held, 'r', now + leaseMs).kind).toBe('go');
    expect(turnOf(withoutLease(held, now), 'r', now).kind).toBe('go');
  });

  it('waits as long as Webex asked', () => {
    const paused = withoutLease(withLease(head, 'me', now), now, now + 5_000);
    expect(turnOf(paused, 'r', now + 4_999)).toEqual({ kind: 'paused', until: now + 5_000 });
    expect(turnOf(paused, 'r', now + 5_000).kind).toBe('go');
  });

  it('is over for another run, an ended run and a deleted customer', () => {
    expect(turnOf(head, 'other', now).kind).toBe('over');
    expect(turnOf(newSyncHead('c'), 'r', now).kind).toBe('over');
    expect(turnOf(undefined, 'r', now).kind).toBe('over');
  });
});

describe('the next scheduled sync', () => {
  it('is within one interval, always at the same offset', () => {
    fc.assert(
      fc.property(
        fc.uuid(),
        fc.integer({ min: now, max: now + 1e10 }),
        fc.constantFrom(1, 6, 24, 168),
        (id, at, hours) => {
          const next = nextSync(id, at, hours)!;
          expect(next).toBeGreaterThan(at);
          expect(next).toBeLessThanOrEqual(at + hours * 3_600_000 + 1);
          expect(nextSync(id, next, hours)).toBe(next + hours * 3_600_000);
        },
      ),
    );
  });

  it('is spread evenly over the day', () => {
    const hours = new Array<number>(24).fill(0);
    for (let index = 0; index < 24_000; index++)
      hours[Math.floor(((nextSync(`c${index}`, now, 24)! - now) / day) * 24) % 24]! += 1;
    for (const count of hours) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('does not exist when scheduled syncs are off', () => {
    expect(nextSync('c', now, 0)).toBeUndefined();
  });
});
