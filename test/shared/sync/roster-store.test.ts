import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rosterOf } from '../../../shared/storage/layout.ts';
import { readHead, syncNow } from '../../support/sync-drive.ts';
import { type SyncWorld, startSyncWorld, umbrella } from '../../support/sync-world.ts';

let world: SyncWorld;
let { webex, ports, customer } = {} as SyncWorld;
beforeEach(async () => {
  world = await startSyncWorld({ organization: { ...umbrella, people: 4_000 } });
  ({ webex, ports, customer } = world);
  await syncNow(ports, customer);
});
afterEach(() => world.close());

describe('the log of the roster', () => {
  it('is rewritten when much of it is out of date, and describes the same people', async () => {
    webex.control.people({ orgId: umbrella.id, churn: { seed: 1, add: 0, change: 2_500, remove: 0 } });
    await syncNow(ports, customer);
    expect((await readHead(ports.store, customer)).roster).toMatchObject({ generation: 0, entries: 6_500 });
    expect((await syncNow(ports, customer)).counts).toMatchObject({ unchanged: 4_000 });
    expect((await readHead(ports.store, customer)).roster).toEqual({ generation: 1, entries: 4_000, people: 4_000 });
    const documents = await ports.store.query({ collection: rosterOf(customer), limit: 10 });
    expect(documents.map(({ path }) => path)).toEqual([`${rosterOf(customer)}/1-0`]);
    expect(await world.findDifferences()).toEqual([]);
    expect((await syncNow(ports, customer)).counts).toMatchObject({ unchanged: 4_000 });
  });
});
