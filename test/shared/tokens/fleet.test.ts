/** What refusals do to a fleet: single customers back off alone; an incident marks nobody; real losses come out within two days. */

import { describe, expect, it } from 'vitest';
import type { Breaker } from '../../../shared/domain/breaker.ts';
import type { FailureCode } from '../../../shared/domain/failure.ts';
import { day, hour } from '../../../shared/domain/time.ts';
import { breakerPath } from '../../../shared/storage/layout.ts';
import { releaseBreaker } from '../../../shared/tokens/breaker.ts';
import { type MemoryFleet, memoryFleet } from '../../support/memory-fleet.ts';

const renewals = ({ outcomes }: { outcomes: Record<string, number | undefined> }) => outcomes.refreshed ?? 0;
const marked = ({ ids, connection }: MemoryFleet) =>
  ids.filter((id) => connection(id).state !== 'active' || connection(id).failures > 0);
const ended = ({ ids, connection }: MemoryFleet) =>
  ids.filter((id) => connection(id).state === 'reauthorization_required');
const breaker = async (fleet: MemoryFleet) => (await fleet.ports.store.get<Breaker>(breakerPath))?.data;
const events = ({ lines }: MemoryFleet, name: string) => lines.filter(({ event }) => event === name);

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

  it('back off on their own, and are told once', async () => {
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

describe('a refusal of the whole fleet', () => {
  const sizes = [20, 21, 60, 500, 3000];

  it.each(kinds)(
    'of the kind %s for three hours marks nobody, and is over one run after Webex has recovered',
    async (kind) => {
      for (const size of sizes) {
        const fleet = memoryFleet(size);
        fleet.makeDue(fleet.ids);
        fleet.refuse(() => kind);
        for (let hours = 0; hours < 3; hours++) {
          await fleet.run();
          expect([size, hours, marked(fleet).length]).toEqual([size, hours, 0]);
          fleet.advance(hour);
        }
        const calls = [...fleet.asked.values()].reduce((sum, each) => sum + each, 0);
        if (size > 100) expect(calls).toBeLessThan(150);
        fleet.refuse(() => undefined);
        await fleet.run();
        expect([size, fleet.ids.filter((id) => fleet.connection(id).grant!.serial === 1).length]).toEqual([size, 0]);
        expect(marked(fleet)).toEqual([]);
        expect(fleet.published).toEqual([]);
        expect(events(fleet, 'fleet_refused')).toHaveLength(1);
      }
    },
  );

  it('that sets in while only a few are due an hour is noticed by the third run', async () => {
    const fleet = memoryFleet(500);
    await fleet.run();
    fleet.refuse(() => 'client_refused');
    for (let hours = 0; hours < 4; hours++) {
      fleet.advance(hour);
      await fleet.run();
    }
    expect(await breaker(fleet)).toMatchObject({ state: 'open', cause: 'client_refused' });
    expect(marked(fleet)).toEqual([]);
  });

  it.each([5, 20, 500, 10_000])(
    'with a wrong client secret for three days marks nobody of %d',
    async (size) => {
      for (const kind of ['client_refused', 'grant_refused'] as const) {
        const fleet = memoryFleet(size);
        fleet.refuse(() => kind);
        for (let hours = 0; hours < 72; hours++) {
          await fleet.run();
          fleet.advance(hour);
        }
        expect(marked(fleet)).toEqual([]);
        fleet.refuse(() => undefined);
        const due = fleet.ids.filter((id) => fleet.connection(id).nextRefreshAt! <= fleet.ports.clock.now());
        expect(renewals(await fleet.run())).toBeGreaterThanOrEqual(due.length - 20);
        expect(marked(fleet)).toEqual([]);
        if (size >= 500) expect(events(fleet, 'fleet_refused_long').length).toBeGreaterThanOrEqual(2);
      }
    },
    120_000,
  );

  it('ends afterwards only whom Webex still refuses', async () => {
    const fleet = memoryFleet(500);
    const revoked = new Set(fleet.ids.slice(100, 110));
    fleet.makeDue(fleet.ids);
    fleet.refuse(() => 'grant_refused');
    for (let hours = 0; hours < 3; hours++) {
      await fleet.run();
      fleet.advance(hour);
    }
    fleet.refuse((id) => (revoked.has(id) ? 'grant_refused' : undefined));
    await fleet.run();
    expect(ended(fleet)).toEqual([]);
    fleet.advance(hour);
    await fleet.run();
    expect(ended(fleet)).toEqual([...revoked]);
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

describe('the breaker', () => {
  async function open(size = 100): Promise<MemoryFleet> {
    const fleet = memoryFleet(size);
    fleet.makeDue(fleet.ids);
    fleet.refuse(() => 'grant_refused');
    expect((await fleet.run()).ended).toBe('breaker_open');
    fleet.advance(hour);
    return fleet;
  }

  it('asks one sample a run while it is open, and changes no connection by it', async () => {
    const fleet = await open();
    const before = fleet.ids.map((id) => fleet.connection(id).nextRefreshAt);
    fleet.asked.clear();
    expect(await fleet.run()).toMatchObject({ ended: 'breaker_open', outcomes: {} });
    expect([...fleet.asked.values()]).toHaveLength(20);
    expect(fleet.ids.map((id) => fleet.connection(id).nextRefreshAt)).toEqual(before);
  });

  it('is not blocked by a worker that was killed while it asked the sample', async () => {
    const fleet = await open();
    const read = (await fleet.ports.store.get<Breaker>(breakerPath))!;
    const probe = { owner: 'killed', endsAt: fleet.ports.clock.now() + 5 * 60_000 };
    await fleet.ports.store.commit([{ set: breakerPath, data: { ...read.data, probe } }]);
    fleet.asked.clear();
    expect((await fleet.run()).ended).toBe('breaker_open');
    expect(fleet.asked.size).toBe(0);
    fleet.refuse(() => undefined);
    fleet.advance(hour);
    expect((await fleet.run()).ended).toBe('done');
    expect(marked(fleet)).toEqual([]);
  });

  it('alerts louder after a day, once a day', async () => {
    const fleet = await open();
    for (let hours = 0; hours < 60; hours++) {
      await fleet.run();
      fleet.advance(hour);
    }
    expect(events(fleet, 'fleet_refused')).toHaveLength(1);
    expect(events(fleet, 'fleet_refused_long')).toHaveLength(2);
  });

  it('stays open when less than half of a sample works', async () => {
    const fleet = await open();
    fleet.refuse((id) => (Number(id.slice(-1)) < 2 ? undefined : 'grant_refused'));
    expect((await fleet.run()).ended).toBe('breaker_open');
    expect(ended(fleet)).toEqual([]);
  });

  it('is released by an operator, and does not open again for six hours', async () => {
    const fleet = await open();
    await releaseBreaker(fleet.ports, 'operator');
    fleet.asked.clear();
    expect((await fleet.run()).ended).toBe('done');
    expect(fleet.asked.size).toBe(100);
    fleet.advance(7 * hour);
    expect((await fleet.run()).ended).toBe('breaker_open');
    expect(ended(fleet)).toEqual([]);
  });
});

describe('a rate limit of the token endpoint', () => {
  it('pauses the run until Webex allows requests again, and marks nobody', async () => {
    const fleet = memoryFleet(300);
    fleet.makeDue(fleet.ids);
    const startedAt = fleet.ports.clock.now();
    fleet.refuse(() => (fleet.ports.clock.now() < startedAt + 300_000 ? 'webex_rate_limited' : undefined));
    const run = await fleet.run(10);
    expect(run.ended).toBe('done');
    expect(renewals(run)).toBe(300);
    expect([...fleet.asked.values()].reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(310);
    expect(marked(fleet)).toEqual([]);
    expect(fleet.published).toEqual([]);
  });

  it('of one customer alone does not hold up the others', async () => {
    const fleet = memoryFleet(300);
    fleet.makeDue(fleet.ids);
    fleet.refuse((id) => (id === fleet.ids[0] ? 'webex_rate_limited' : undefined));
    for (const concurrency of [1]) {
      const run = await fleet.run(concurrency);
      expect(renewals(run)).toBe(299);
      expect(fleet.lines.filter(({ event }) => event === 'refresh_paused')).toEqual([]);
    }
    expect(marked(fleet)).toEqual([]);
  });

  it('for longer than the run ends it, and the next run waits too', async () => {
    const fleet = memoryFleet(300);
    fleet.makeDue(fleet.ids);
    fleet.refuse(() => 'webex_rate_limited');
    expect((await fleet.run(10)).ended).toBe('rate_limited');
    expect(fleet.published).toEqual([]);
    expect(marked(fleet)).toEqual([]);
  });
});

it('an ended connection comes back through the daily retry', async () => {
  const fleet = memoryFleet(1);
  const [id] = fleet.ids as [string];
  fleet.refuse(() => 'grant_refused');
  while (fleet.connection(id).state !== 'reauthorization_required') {
    await fleet.run();
    fleet.advance(hour);
  }
  fleet.asked.clear();
  for (let hours = 0; hours < 5 * 24; hours++) {
    await fleet.run();
    fleet.advance(hour);
  }
  expect(fleet.asked.get(id)).toBe(5);
  fleet.refuse(() => undefined);
  fleet.advance(day);
  expect((await fleet.run()).outcomes).toEqual({ revived: 1 });
  expect(fleet.connection(id)).toMatchObject({ state: 'reauthorization_required', pending: { source: 'revived' } });
});
