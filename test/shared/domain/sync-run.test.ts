import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorizerAfterSight, type SeenAuthorizer } from '../../../shared/domain/authorizer-health.ts';
import { isSameCatalog, namesOf } from '../../../shared/domain/catalog.ts';
import { feedCursor, feedPosition } from '../../../shared/domain/change-feed.ts';
import type { Person } from '../../../shared/domain/person.ts';
import { holdReason } from '../../../shared/domain/removal-policy.ts';
import {
  isMember,
  positionAfterPage,
  positionAfterRestart,
  type ScanPosition,
  smallerPage,
} from '../../../shared/domain/scan.ts';
import {
  leaseMs,
  newSyncHead,
  nextSync,
  turnOf,
  withLease,
  withoutLease,
  withRun,
} from '../../../shared/domain/sync-head.ts';
import { syncSettings } from '../../../shared/domain/sync-run.ts';
import { day } from '../../../shared/domain/time.ts';

const now = 1_800_000_000_000;
const defaults = syncSettings(undefined);

describe('removals', () => {
  it.each([
    [{ gone: 0, known: 100, present: 0 }, undefined],
    [{ gone: 5, known: 20, present: 15 }, undefined],
    [{ gone: 6, known: 20, present: 14 }, 'many'],
    [{ gone: 6, known: 60, present: 54 }, undefined],
    [{ gone: 500, known: 5000, present: 4500 }, undefined],
    [{ gone: 501, known: 300_000, present: 299_499 }, 'many'],
    [{ gone: 1, known: 1, present: 0 }, 'empty_organization'],
    [{ gone: 2, known: 50, present: 48, total: 49 }, 'total_differs'],
    [{ gone: 2, known: 50, present: 48, total: 48 }, undefined],
    [{ gone: 2, known: 50, present: 48, total: 40 }, undefined],
  ] as const)('of %j: %s', (facts, reason) => {
    expect(holdReason({ scanned: facts.present, ...facts }, defaults)).toBe(reason);
  });

  it('of everybody are held whatever the customer sets', () => {
    const most = { ...defaults, heldAbove: 1e9, heldAbovePeople: 1e9, heldAboveShare: 1 };
    expect(holdReason({ gone: 3, known: 3, scanned: 0, present: 1 }, most)).toBe('empty_organization');
  });
});

describe('a turn at a run', () => {
  const head = withRun(newSyncHead('c'), 'r', now);

  it('is for one message at a time, until the lease is over', () => {
    const held = withLease(head, 'me', now);
    expect(turnOf(head, 'r', now).kind).toBe('go');
    expect(turnOf(held, 'r', now + leaseMs - 1).kind).toBe('busy');
    expect(turnOf(held, 'r', now + leaseMs).kind).toBe('go');
    expect(turnOf(withoutLease(held, now), 'r', now).kind).toBe('go');
  });

  it('waits for as long as Webex asked', () => {
    const paused = withoutLease(withLease(head, 'me', now), now, now + 5_000);
    expect(turnOf(paused, 'r', now + 4_999)).toEqual({ kind: 'paused', until: now + 5_000 });
    expect(turnOf(paused, 'r', now + 5_000).kind).toBe('go');
  });

  it('is over for another run, an ended one and a deleted customer', () => {
    expect(turnOf(head, 'other', now).kind).toBe('over');
    expect(turnOf(newSyncHead('c'), 'r', now).kind).toBe('over');
    expect(turnOf(undefined, 'r', now).kind).toBe('over');
  });
});

describe('the next scheduled sync', () => {
  it('is within one interval, always at the same time of it', () => {
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

  it('is none where the customer wants none', () => {
    expect(nextSync('c', now, 0)).toBeUndefined();
  });
});

describe('a scan', () => {
  const at: ScanPosition = { pages: 4, pageSize: 500, restarts: 0 };

  it('is refused a link that it has followed', () => {
    const visited = new Set<string>();
    const next = positionAfterPage(at, 'a', visited);
    expect(next).toEqual({ ...at, pages: 5, cursor: 'a' });
    expect(() => positionAfterPage(next, 'a', visited)).toThrow(expect.objectContaining({ code: 'webex_unexpected' }));
  });

  it('is refused one page too many, but not the end', () => {
    const far = { ...at, pages: 20_000 };
    expect(() => positionAfterPage(far, 'b', new Set())).toThrow('circle');
    expect(positionAfterPage(far, undefined, new Set())).toMatchObject({ pages: 20_001 });
  });

  it('is begun anew once, and not before its first page', () => {
    const anew = positionAfterRestart({ ...at, cursor: 'x' });
    expect(anew).toMatchObject({ restarts: 1, cursor: undefined });
    expect(positionAfterRestart(anew!)).toBeUndefined();
    expect(positionAfterRestart({ ...at, pages: 0 })).toBeUndefined();
  });

  it('halves its pages down to 50', () => {
    expect([500, 60, 50, 20].map(smallerPage)).toEqual([250, 50, 50, 20]);
  });

  it('takes nobody of another organization, and nobody whose id no document can have', () => {
    const person = (change: Partial<Person>) => ({ id: 'abc', ...change }) as Person;
    expect(isMember(person({}), 'o')).toBe(true);
    expect(isMember(person({ orgId: 'other' }), 'o')).toBe(false);
    expect(isMember(person({ id: 'a/b' }), 'o')).toBe(false);
  });
});

describe('the cursor of the change feed', () => {
  it('comes back as it went', () => {
    expect(feedPosition(feedCursor({ revision: 7, completeAt: now }), now + 1)).toEqual({
      revision: 7,
      completeAt: now,
    });
    expect(feedPosition(undefined, now)).toEqual({ revision: 0, completeAt: now });
  });

  it('is refused when it is none, or so old that removals may be forgotten', () => {
    expect(() => feedPosition('rubbish', now)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
    const old = feedCursor({ revision: 7, completeAt: now - 90 * day });
    expect(() => feedPosition(old, now)).toThrow(expect.objectContaining({ code: 'cursor_expired' }));
  });
});

describe('the authorizer', () => {
  const person = (change: Partial<Person>) =>
    ({ id: 'a', roles: ['id_full_admin'], loginEnabled: true, ...change }) as Person;
  const reason = (...sights: (Person | 'gone')[]) => {
    let authorizer: SeenAuthorizer | undefined;
    return sights.map((sight) => {
      const seen = authorizerAfterSight(authorizer, 'a', sight);
      ({ authorizer } = seen);
      return seen.events[0]?.facts?.reason;
    });
  };

  it('is warned about once for each thing that happens', () => {
    const off = person({ loginEnabled: false });
    expect(reason(person({}), off, off, person({}), off)).toEqual([
      undefined,
      'deactivated',
      undefined,
      undefined,
      'deactivated',
    ]);
    expect(reason(person({}), 'gone', 'gone')).toEqual([undefined, 'disappeared', undefined]);
  });

  it('may have had a lesser role all along, but not lose a greater one', () => {
    const lesser = person({ roles: ['id_user_admin'] });
    expect(reason(lesser, lesser)).toEqual([undefined, undefined]);
    expect(reason(person({}), lesser, lesser)).toEqual([undefined, 'role_lost', undefined]);
    expect(reason(person({ roles: [] }))).toEqual(['role_lost']);
  });

  it('is another person after another consent', () => {
    const before = { id: 'b', fullAdmin: true, risk: 'disappeared' as const };
    expect(authorizerAfterSight(before, 'a', person({}))).toEqual({
      authorizer: { id: 'a', fullAdmin: true },
      events: [],
    });
  });
});

describe('the catalog', () => {
  const one = { licenses: [{ id: 'l', name: 'Messaging', totalUnits: 3 }], roles: [{ id: 'r', name: 'Full' }] };

  it('is the same in another order, and not with another number or name', () => {
    expect(
      isSameCatalog(one, {
        roles: [{ name: 'Full', id: 'r' }],
        licenses: [{ totalUnits: 3, name: 'Messaging', id: 'l' }],
      }),
    ).toBe(true);
    expect(isSameCatalog(one, { ...one, licenses: [{ id: 'l', name: 'Messaging', totalUnits: 4 }] })).toBe(false);
    expect(isSameCatalog(one, { ...one, roles: [{ id: 'r', name: 'Fuller' }] })).toBe(false);
  });

  it('names what it knows', () => {
    expect(namesOf(['l', 'x'], one.licenses)).toEqual(['Messaging', 'x']);
  });
});
