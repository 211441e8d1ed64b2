import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requestSync } from '../../../shared/sync/request.ts';
import { deliver, readRun } from '../../support/sync-drive.ts';
import { type SyncWorld, startSyncWorld } from '../../support/sync-world.ts';

let world: SyncWorld;
let { ports, customer } = {} as SyncWorld;
beforeEach(async () => {
  world = await startSyncWorld();
  ({ ports, customer } = world);
});
afterEach(() => world.close());

describe('a request for a sync', () => {
  it('is joined by further requests while it waits', async () => {
    const runs = await Promise.all([1, 2, 3].map(() => requestSync(ports, customer, 'portal')));
    expect(new Set(runs.map(({ id }) => id)).size).toBe(1);
    await deliver(ports);
    expect(await readRun(ports.store, customer, runs[0]!.id)).toMatchObject({ state: 'done', attempts: 1 });
  });
});
