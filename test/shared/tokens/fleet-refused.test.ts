/** The effect of an incident on a fleet: no customer is marked, and the first run after it renews all. */

import { describe, expect, it } from 'vitest';
import type { Breaker } from '../../../shared/domain/breaker.ts';
import type { FailureCode } from '../../../shared/domain/failure.ts';
import { hour } from '../../../shared/domain/time.ts';
import { breakerPath } from '../../../shared/storage/layout.ts';
import { ended, events, type MemoryFleet, marked, memoryFleet } from '../../support/memory-fleet.ts';

const renewals = ({ outcomes }: { outcomes: Record<string, number | undefined> }) => outcomes.refreshed ?? 0;
const breaker = async (fleet: MemoryFleet) => (await fleet.ports.store.get<Breaker>(breakerPath))?.data;

/** Webex's refusals as the adapter names them: `invalid_request`, 401, 403 and HTML are `webex_unexpected`. */
const kinds: FailureCode[] = ['client_refused', 'grant_refused', 'webex_unexpected'];

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

  it('ends afterwards only the customers that Webex still refuses', async () => {
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
