import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requestSync } from '../../../shared/sync/request.ts';
import { runSync } from '../../../shared/sync/run.ts';
import { deliver, endPause, readHead, readRun, storedNow } from '../../support/sync-drive.ts';
import { acme, type SyncWorld, startSyncWorld } from '../../support/sync-world.ts';

let world: SyncWorld;
let { webex, ports, customer } = {} as SyncWorld;
beforeEach(async () => {
  world = await startSyncWorld();
  ({ webex, ports, customer } = world);
});
afterEach(() => world.close());

describe('a checkpoint', () => {
  it('makes the scan start over when it is too old', async () => {
    const { id } = await requestSync(ports, customer);
    await runSync(ports, customer, id, 0);
    ports.clock.advance(2 * 3_600_000);
    const people = webex.control.people({ orgId: acme.id, add: 1 });
    await deliver(ports);
    expect(people.added).toHaveLength(1);
    await world.expectInSync();
  });

  it('makes the scan start over when every attempt for more than an hour has failed', async () => {
    const { id } = await requestSync(ports, customer);
    await runSync(ports, customer, id, 0);
    const early = [...(await storedNow(ports.store, customer)).keys()][0]!;
    const away = webex.control.faults({ match: { path: '/v1/people' }, fault: { status: 503 }, times: 'always' });
    for (let attempt = 0; attempt < 8; attempt++) {
      await expect(runSync(ports, customer, id)).rejects.toMatchObject({ code: 'webex_unavailable' });
      ports.clock.advance(10 * 60_000);
    }
    webex.control.people({ orgId: acme.id, remove: [early] });
    webex.control.clearFaults(away.id);
    await runSync(ports, customer, id);
    expect(await readRun(ports.store, customer, id)).toMatchObject({ state: 'done', counts: { removed: 1 } });
    await world.expectInSync();
  });

  it.each([1_799, 3_599, 3_600, 7_200])('survives two pauses of %i s: no page is requested twice', async (seconds) => {
    ports.settings.pageSize = 25;
    const run = await requestSync(ports, customer);
    for (const nth of [3, 3]) {
      webex.control.faults({ match: { path: '/v1/people$', nth }, fault: { status: 429, retryAfter: seconds } });
      await deliver(ports);
      const { pausedUntil } = await readHead(ports.store, customer);
      await endPause(ports, pausedUntil!);
    }
    webex.control.clearFaults();
    await deliver(ports);
    expect(await readRun(ports.store, customer, run.id)).toMatchObject({ state: 'done', attempts: 3 });
    // Ten pages, and the two requests that Webex refused.
    expect(webex.control.stats().requests['GET /v1/people']).toBe(12);
    await world.expectInSync();
  });
});
