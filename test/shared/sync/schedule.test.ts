import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../../../shared/domain/failure.ts';
import { newSyncHead } from '../../../shared/domain/sync-head.ts';
import { day, minute } from '../../../shared/domain/time.ts';
import { connectionPath, syncHeadPath } from '../../../shared/storage/layout.ts';
import { requestSync, reschedule } from '../../../shared/sync/request.ts';
import { runSync } from '../../../shared/sync/run.ts';
import { requestDueSyncs } from '../../../shared/sync/schedule.ts';
import { readConnection } from '../../support/ports.ts';
import { deliver, readRun, syncNow } from '../../support/sync-drive.ts';
import { type SyncWorld, startSyncWorld } from '../../support/sync-world.ts';

let world: SyncWorld;
let { ports, customer } = {} as SyncWorld;
beforeEach(async () => {
  world = await startSyncWorld();
  ({ ports, customer } = world);
});
afterEach(() => world.close());

describe('the scheduled pass', () => {
  const syncMessages = () =>
    ports.messages.filter(({ topic }) => topic === ports.settings.syncTopic).map(({ data }) => data);
  const due = () => requestDueSyncs(ports, ports.clock.now() + 60_000);

  it('requests each sync a day after the last one, not before', async () => {
    await syncNow(ports, customer);
    expect(await due()).toMatchObject({ requested: 0, resumed: 0 });
    ports.clock.advance(day);
    expect(await due()).toMatchObject({ requested: 1 });
    expect(await due()).toMatchObject({ requested: 0, resumed: 0 });
    await deliver(ports);
    ports.clock.advance(day);
    expect(await due()).toMatchObject({ requested: 1 });
  });

  it('skips a customer who has switched scheduled syncs off, until that changes', async () => {
    await world.setSettings({ everyHours: 0 });
    await syncNow(ports, customer);
    ports.clock.advance(10 * day);
    expect(await due()).toMatchObject({ requested: 0 });
    await world.setSettings({ everyHours: 6 });
    await reschedule(ports, customer);
    ports.clock.advance(day / 4);
    expect(await due()).toMatchObject({ requested: 1 });
  });

  it('sends nothing for a run whose message waits in the queue', async () => {
    await requestSync(ports, customer);
    for (let pass = 0; pass < 6; pass++) {
      ports.clock.advance(16 * minute);
      expect(await due()).toMatchObject({ resumed: 0, resent: 0 });
    }
    expect(syncMessages()).toHaveLength(1);
  });

  it('sends the message that the queue has refused', async () => {
    ports.queue.failNext('publish', new Failure('queue_unavailable', 'The queue is away.'));
    const { id } = await requestSync(ports, customer);
    expect(syncMessages()).toEqual([]);
    ports.clock.advance(2 * minute);
    expect(await due()).toMatchObject({ resent: 1 });
    expect(await due()).toMatchObject({ resent: 0 });
    expect(syncMessages()).toEqual([{ customer, sync: id }]);
    await deliver(ports);
    await world.expectInSync();
  });

  it('sends another message for a run that no worker has continued for a day', async () => {
    const { id } = await requestSync(ports, customer);
    await runSync(ports, customer, id, 0);
    ports.messages.length = 0;
    ports.clock.advance(day - minute);
    expect(await due()).toMatchObject({ resumed: 0 });
    ports.clock.advance(2 * minute);
    expect(await due()).toMatchObject({ resumed: 1 });
    expect(await due()).toMatchObject({ resumed: 0 });
    await deliver(ports);
    expect(await readRun(ports.store, customer, id)).toMatchObject({ state: 'done' });
    await world.expectInSync();
  });

  it('does not request the sync of a customer who must authorize again', async () => {
    await syncNow(ports, customer);
    const connection = await readConnection(ports.store, customer);
    const data = { ...connection, state: 'reauthorization_required' };
    await ports.store.commit([{ set: connectionPath(customer), data }]);
    ports.clock.advance(day);
    expect(await due()).toMatchObject({ requested: 0, skipped: 1 });
    expect(await due()).toMatchObject({ requested: 0, skipped: 0 });
  });
});

describe('many customers', () => {
  it('are all requested in one pass, and one failure stops no other', async () => {
    const now = ports.clock.now();
    const syncHeads = Array.from({ length: 700 }, (_, index) => `lost-${index}`);
    for (let from = 0; from < 700; from += 350) {
      await ports.store.commit(
        syncHeads.slice(from, from + 350).map((id) => ({
          set: syncHeadPath(id),
          data: { ...newSyncHead(id), nextSyncAt: now - 1000 },
        })),
      );
    }
    await requestSync(ports, customer);
    ports.clock.advance(day);
    ports.messages.length = 0;
    const done = await requestDueSyncs(ports, ports.clock.now() + 60_000);
    expect(done).toEqual({ requested: 0, resumed: 1, resent: 0, skipped: 700, failed: 0, ended: 'done' });
    expect(ports.messages.filter(({ data }) => data.purge)).toHaveLength(700);
    expect(await requestDueSyncs(ports, 0)).toMatchObject({ skipped: 0, ended: 'out_of_time' });
  });
});
