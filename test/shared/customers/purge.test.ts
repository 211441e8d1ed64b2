import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { purgeCustomer } from '../../../shared/customers/purge.ts';
import { connectionPath, customerPath, syncHeadPath } from '../../../shared/storage/layout.ts';
import { requestSync } from '../../../shared/sync/request.ts';
import { runSync } from '../../../shared/sync/run.ts';
import { syncNow } from '../../support/sync-drive.ts';
import { type SyncWorld, startSyncWorld } from '../../support/sync-world.ts';

let world: SyncWorld;
let { ports, customer } = {} as SyncWorld;
beforeEach(async () => {
  world = await startSyncWorld();
  ({ ports, customer } = world);
});
afterEach(() => world.close());

describe('a deleted customer', () => {
  const deleteRecord = () =>
    ports.store.commit([{ delete: customerPath(customer) }, { delete: connectionPath(customer) }]);
  const left = async () => {
    const found = await Promise.all(
      ['users', 'roster', 'syncs', 'events', 'held', 'catalog'].map((name) =>
        ports.store.query({ collection: `customers/${customer}/${name}`, limit: 1 }),
      ),
    );
    return [...found.flat(), await ports.store.get(syncHeadPath(customer))].filter(Boolean).length;
  };

  it('leaves nothing behind, even with a sync in progress', async () => {
    const { id } = await requestSync(ports, customer);
    const deleteAll = async () => {
      await deleteRecord();
      await purgeCustomer(ports, customer);
    };
    ports.webex.afterNext('people', deleteAll, { when: (_access, { cursor }) => cursor !== undefined });
    expect(await runSync(ports, customer, id)).toBeUndefined();
    expect(await left()).toBe(0);
  });

  it('is purged over several messages', async () => {
    await syncNow(ports, customer);
    await deleteRecord();
    ports.messages.length = 0;
    await purgeCustomer(ports, customer, 0);
    expect(ports.messages.map(({ data }) => data)).toEqual([{ customer, purge: true }]);
    await purgeCustomer(ports, customer);
    expect(await left()).toBe(0);
  });

  it('is purged when a request has crossed the deletion', async () => {
    const { id } = await requestSync(ports, customer);
    await deleteRecord();
    expect(await runSync(ports, customer, id)).toBeUndefined();
    expect(await left()).toBe(0);
  });
});
