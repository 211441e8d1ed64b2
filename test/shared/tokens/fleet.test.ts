/** The effect of refusals on a fleet: single customers back off alone, and really revoked grants end within two days. */

import { describe, expect, it } from 'vitest';
import type { FailureCode } from '../../../shared/domain/failure.ts';
import { hour } from '../../../shared/domain/time.ts';
import { ended, events, type MemoryFleet, memoryFleet } from '../../support/memory-fleet.ts';

/** Webex's refusals as the adapter names them: `invalid_request`, 401, 403 and HTML are `webex_unexpected`. */
const kinds: FailureCode[] = ['client_refused', 'grant_refused', 'webex_unexpected'];

describe('refusals of single customers', () => {
  const places: Record<string, (ids: string[], count: number) => string[]> = {
    'at the head': (ids, count) => ids.slice(0, count),
    'at the tail': (ids, count) => ids.slice(-count),
    'every third': (ids, count) => ids.filter((_, index) => index % 3 === 0).slice(0, count),
    'in the middle': (ids, count) => ids.slice(200, 200 + count),
  };
  const sizes = [1, 3, 10, 50, 150];

  it.each(Object.keys(places))('%s of 500 leave all others renewed in the first run', async (place) => {
    for (const size of sizes) {
      for (const kind of [...kinds, 'mixed'] as const) {
        for (const concurrency of [1, 50]) {
          const fleet = memoryFleet(500, size);
          const refused = new Set(places[place]!(fleet.ids, size));
          fleet.makeDue(fleet.ids);
          fleet.refuse((id) =>
            refused.has(id) ? (kind === 'mixed' ? kinds[Number(id.slice(-1)) % kinds.length] : kind) : undefined,
          );
          const run = await fleet.run(concurrency);
          const left = fleet.ids.filter((id) => !refused.has(id) && fleet.connection(id).grant!.serial === 1);
          expect([place, size, kind, concurrency, run.ended, left]).toEqual([
            place,
            size,
            kind,
            concurrency,
            'done',
            [],
          ]);
        }
      }
    }
  });

  it('back off on their own, with one event each', async () => {
    const fleet = memoryFleet(200);
    const refused = fleet.ids.slice(0, 3);
    fleet.makeDue(fleet.ids);
    fleet.refuse((id) => (refused.includes(id) ? 'client_refused' : undefined));
    for (let hours = 0; hours < 48; hours++) {
      await fleet.run();
      fleet.advance(hour);
    }
    for (const id of refused) {
      expect(fleet.connection(id)).toMatchObject({ state: 'degraded', fault: { code: 'client_refused' } });
      expect(fleet.asked.get(id)).toBeLessThan(15);
    }
    expect(fleet.published.filter((type) => type === 'degraded')).toHaveLength(3);
    expect(ended(fleet)).toEqual([]);
    expect(events(fleet, 'fleet_refused')).toEqual([]);
  });
});

describe('grants that were really revoked', () => {
  async function hoursUntilMarked(fleet: MemoryFleet, revoked: Set<string>, limit: number): Promise<number> {
    const first = new Map<string, number>();
    let longest = 0;
    fleet.refuse((id) => {
      if (!revoked.has(id)) return undefined;
      if (!first.has(id)) first.set(id, fleet.ports.clock.now());
      return 'grant_refused';
    });
    const left = new Set(revoked);
    for (let hours = 0; hours < limit && left.size > 0; hours++) {
      await fleet.run();
      for (const id of left) {
        if (fleet.connection(id).state !== 'reauthorization_required') continue;
        left.delete(id);
        longest = Math.max(longest, fleet.ports.clock.now() - first.get(id)!);
      }
      fleet.advance(hour);
    }
    expect(left.size).toBe(0);
    expect(ended(fleet)).toEqual(fleet.ids.filter((id) => revoked.has(id)));
    return longest / hour;
  }

  it.each([
    [10_000, 300],
    [30, 5],
    [24, 5],
    [20, 5],
    [5, 2],
    [1, 1],
  ])(
    'are marked within two days of their first refusal: of %d, %d',
    async (size, count) => {
      const fleet = memoryFleet(size);
      const revoked = new Set(fleet.ids.filter((_, index) => index % Math.floor(size / count) === 0).slice(0, count));
      expect(await hoursUntilMarked(fleet, revoked, 9 * 24)).toBeLessThan(48);
    },
    120_000,
  );

  it('are marked when all of them are due in one hour', async () => {
    const fleet = memoryFleet(10_000);
    const revoked = new Set(fleet.ids.slice(0, 300));
    fleet.makeDue([...revoked]);
    expect(await hoursUntilMarked(fleet, revoked, 72)).toBeLessThan(48);
  }, 120_000);
});
