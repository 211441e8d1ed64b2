import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Customer } from '../../../shared/domain/customer.ts';
import { customerPath, syncHeadPath } from '../../../shared/storage/layout.ts';
import { requestSync, reschedule } from '../../../shared/sync/request.ts';
import { runSync } from '../../../shared/sync/run.ts';
import { deliver, finishRun, readHead, readRun, syncNow } from '../../support/sync-drive.ts';
import { acme, type SyncWorld, startSyncWorld } from '../../support/sync-world.ts';

let world: SyncWorld;
let { webex, ports, customer } = {} as SyncWorld;
beforeEach(async () => {
  world = await startSyncWorld();
  ({ webex, ports, customer } = world);
});
afterEach(() => world.close());

const syncMessages = () => ports.messages.filter(({ topic }) => topic === ports.settings.syncTopic);

describe('a request for a sync', () => {
  it('is joined by further requests while it waits', async () => {
    const runs = await Promise.all([1, 2, 3].map(() => requestSync(ports, customer, 'portal')));
    expect(new Set(runs.map(({ id }) => id)).size).toBe(1);
    await deliver(ports);
    expect(await readRun(ports.store, customer, runs[0]!.id)).toMatchObject({ state: 'done', attempts: 1 });
  });

  it('sends one message, however many requests join the run', async () => {
    for (let request = 0; request < 20; request++) await requestSync(ports, customer, 'portal');
    expect(syncMessages()).toHaveLength(1);
  });

  it('queues a new run when the run that it would join ends at the same moment', async () => {
    const { id } = await requestSync(ports, customer);
    // The run ends after the request has read the head, and before it commits.
    ports.store.afterNext('get', () => runSync(ports, customer, id), { path: syncHeadPath(customer) });
    const joined = await requestSync(ports, customer, 'portal');
    expect(joined.id).not.toBe(id);
    expect((await readHead(ports.store, customer)).run?.id).toBe(joined.id);
  });

  it('that joins a run in progress does not stop its worker', async () => {
    const { id } = await requestSync(ports, customer);
    ports.webex.afterNext('people', () => requestSync(ports, customer, 'portal'), { times: 'always' });
    expect(await runSync(ports, customer, id)).toMatchObject({ state: 'done', attempts: 1 });
    await world.expectInSync();
  });

  it('of a customer who is deleted meanwhile fails, and leaves nothing behind', async () => {
    ports.store.beforeNext('commit', () => ports.store.commit([{ delete: customerPath(customer) }]), {
      path: syncHeadPath(customer),
    });
    await expect(requestSync(ports, customer)).rejects.toMatchObject({ code: 'not_found' });
    expect(await ports.store.get(syncHeadPath(customer))).toBeUndefined();
    expect(syncMessages()).toEqual([]);
  });
});

describe('changed settings', () => {
  const setHours = async (everyHours: number) => {
    const read = (await ports.store.get<Customer>(customerPath(customer)))!;
    await ports.store.commit([{ set: read.path, data: { ...read.data, sync: { everyHours } } }]);
  };

  it('win over older ones, in whatever order the flows commit', async () => {
    await syncNow(ports, customer);
    await setHours(24);
    // Between the older flow's read and its commit, a caller switches scheduled syncs off.
    ports.store.beforeNext('commit', async () => {
      await setHours(0);
      await reschedule(ports, customer);
    });
    await reschedule(ports, customer);
    expect((await readHead(ports.store, customer)).nextSyncAt).toBeUndefined();
  });

  it('that arrive during a run decide when the next one is scheduled', async () => {
    const { id } = await requestSync(ports, customer);
    ports.webex.afterNext('people', async () => {
      await setHours(0);
      await reschedule(ports, customer);
    });
    webex.control.people({ orgId: acme.id, add: 1 });
    await runSync(ports, customer, id);
    await finishRun(ports, customer);
    expect((await readHead(ports.store, customer)).nextSyncAt).toBeUndefined();
  });
});
