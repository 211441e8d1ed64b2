/** The circuit breaker over runs, the pause that a rate limit asks for, and the way back of an ended connection. */

import { describe, expect, it } from 'vitest';
import type { Breaker } from '../../../shared/domain/breaker.ts';
import { day, hour } from '../../../shared/domain/time.ts';
import { breakerPath } from '../../../shared/storage/layout.ts';
import { releaseBreaker } from '../../../shared/tokens/breaker.ts';
import { ended, events, type MemoryFleet, marked, memoryFleet } from '../../support/memory-fleet.ts';

const renewals = ({ outcomes }: { outcomes: Record<string, number | undefined> }) => outcomes.refreshed ?? 0;

describe('the breaker', () => {
  async function open(size = 100): Promise<MemoryFleet> {
    const fleet = memoryFleet(size);
    fleet.makeDue(fleet.ids);
    fleet.refuse(() => 'grant_refused');
    expect((await fleet.run()).ended).toBe('breaker_open');
    fleet.advance(hour);
    return fleet;
  }

  it('takes one sample per run while it is open, and marks no connection', async () => {
    const fleet = await open();
    const before = fleet.ids.map((id) => fleet.connection(id).nextRefreshAt);
    fleet.asked.clear();
    expect(await fleet.run()).toMatchObject({ ended: 'breaker_open', outcomes: {} });
    expect([...fleet.asked.values()]).toHaveLength(20);
    expect(fleet.ids.map((id) => fleet.connection(id).nextRefreshAt)).toEqual(before);
  });

  it('is not blocked by a worker that was killed while it took the sample', async () => {
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

  it('alerts once a day after the first day', async () => {
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
