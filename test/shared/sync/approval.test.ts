import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approveRemovals, rejectRemovals } from '../../../shared/sync/approval.ts';
import { requestSync } from '../../../shared/sync/request.ts';
import { requestDueSyncs } from '../../../shared/sync/schedule.ts';
import { deliver, readRun, storedNow, syncNow } from '../../support/sync-drive.ts';
import { acme, type SyncWorld, startSyncWorld } from '../../support/sync-world.ts';

let world: SyncWorld;
let { webex, ports, customer } = {} as SyncWorld;
beforeEach(async () => {
  world = await startSyncWorld();
  ({ webex, ports, customer } = world);
});
afterEach(() => world.close());

describe('held removals', () => {
  beforeEach(async () => {
    await syncNow(ports, customer);
    ports.messages.length = 0;
  });

  it('are carried out when approved, except for people who are back by then', async () => {
    const { removed } = webex.control.people({ orgId: acme.id, remove: { count: 40, seed: 1 } });
    const held = await syncNow(ports, customer);
    webex.control.people({ orgId: acme.id, upsert: [{ id: removed[0]! }] });
    const run = await approveRemovals(ports, customer, held.id, 'chief@example.com');
    expect((await approveRemovals(ports, customer, held.id, 'chief@example.com')).id).toBe(run.id);
    await deliver(ports);
    expect(await readRun(ports.store, customer, run.id)).toMatchObject({ state: 'done', counts: { removed: 39 } });
    expect((await readRun(ports.store, customer, held.id)).held).toMatchObject({
      state: 'approved',
      by: 'chief@example.com',
      decidedAt: expect.any(Number),
    });
    await world.expectInSync();
  });

  it('are followed by a scan, after which they cannot be approved again', async () => {
    const { removed } = webex.control.people({ orgId: acme.id, remove: { count: 40, seed: 1 } });
    const held = await syncNow(ports, customer);
    await approveRemovals(ports, customer, held.id, 'chief@example.com');
    const added = webex.control.people({ orgId: acme.id, add: 1 });
    // Joins the run that only removes.
    await requestSync(ports, customer, 'portal@example.com');
    await deliver(ports);
    ports.clock.advance(10 * 60_000);
    expect(await requestDueSyncs(ports, ports.clock.now() + 60_000)).toMatchObject({ requested: 1 });
    await deliver(ports);
    expect(added.added).toHaveLength(1);
    await world.expectInSync();
    webex.control.people({ orgId: acme.id, upsert: removed.map((id) => ({ id })) });
    await syncNow(ports, customer);
    await expect(approveRemovals(ports, customer, held.id, 'x')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('remove nobody when rejected, and are held again by the next sync', async () => {
    webex.control.people({ orgId: acme.id, remove: { count: 40, seed: 1 } });
    const held = await syncNow(ports, customer);
    const rejected = await rejectRemovals(ports, customer, held.id, 'chief@example.com');
    expect(rejected.held).toMatchObject({ state: 'rejected', by: 'chief@example.com' });
    await expect(approveRemovals(ports, customer, held.id, 'x')).rejects.toMatchObject({ code: 'conflict' });
    expect((await storedNow(ports.store, customer)).size).toBe(250);
    const next = await syncNow(ports, customer);
    expect(next.held).toMatchObject({ state: 'waiting', count: 40 });
    await syncNow(ports, customer);
    expect((await readRun(ports.store, customer, next.id)).held!.state).toBe('superseded');
  });

  it('cannot be decided while a sync is in progress', async () => {
    webex.control.people({ orgId: acme.id, remove: { count: 40, seed: 1 } });
    const held = await syncNow(ports, customer);
    await requestSync(ports, customer);
    await expect(approveRemovals(ports, customer, held.id, 'x')).rejects.toMatchObject({ code: 'busy' });
    await expect(rejectRemovals(ports, customer, held.id, 'x')).rejects.toMatchObject({ code: 'busy' });
  });
});
