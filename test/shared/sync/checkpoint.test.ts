import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requestSync } from '../../../shared/sync/request.ts';
import { runSync } from '../../../shared/sync/run.ts';
import { deliver, readRun, storedNow } from '../../support/sync-drive.ts';
import { acme, type SyncWorld, startSyncWorld } from '../../support/sync-world.ts';

let world: SyncWorld;
let { webex, ports, customer } = {} as SyncWorld;
beforeEach(async () => {
  world = await startSyncWorld();
  ({ webex, ports, customer } = world);
});
afterEach(() => world.close());

describe('a checkpoint', () => {
  it('starts over when its checkpoint is too old', async () => {
    const { id } = await requestSync(ports, customer);
    await runSync(ports, customer, id, 0);
    ports.clock.advance(2 * 3_600_000);
    const people = webex.control.people({ orgId: acme.id, add: 1 });
    await deliver(ports);
    expect(people.added).toHaveLength(1);
    await world.expectInSync();
  });

  it('starts over when every attempt for more than an hour has failed', async () => {
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
});
