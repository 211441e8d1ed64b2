import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { syncUsers } from '../../../functions/sync_users/sync_users.ts';
import { leaseMs, type SyncHead, withLease } from '../../../shared/domain/sync-head.ts';
import { connectionPath, customerPath, syncHeadPath } from '../../../shared/storage/layout.ts';
import { requestSync } from '../../../shared/sync/request.ts';
import { readRun } from '../../support/sync-drive.ts';
import { type SyncWorld, startSyncWorld, umbrella } from '../../support/sync-world.ts';

let world: SyncWorld;
let { ports, customer } = {} as SyncWorld;
beforeEach(async () => {
  world = await startSyncWorld({ organization: umbrella });
  ({ ports, customer } = world);
});
afterEach(() => world.close());

/** Delivers a message as Pub/Sub pushes it. */
const deliverText = (text: string | undefined) => {
  const data = text === undefined ? {} : { message: { data: Buffer.from(text).toString('base64') } };
  return syncUsers(ports)({ id: 'event-1', data } as Parameters<ReturnType<typeof syncUsers>>[0]);
};
const deliverMessage = (message: object) => deliverText(JSON.stringify(message));

describe('a message', () => {
  it('that names a sync makes the function work on it', async () => {
    const { id } = await requestSync(ports, customer);
    await deliverMessage({ customer, sync: id });
    expect(await readRun(ports.store, customer, id)).toMatchObject({ state: 'done' });
    await world.expectInSync();
  });

  it('that names a deleted customer makes the function purge it', async () => {
    await requestSync(ports, customer);
    await ports.store.commit([{ delete: customerPath(customer) }, { delete: connectionPath(customer) }]);
    await deliverMessage({ customer, purge: true });
    expect(await ports.store.get(syncHeadPath(customer))).toBeUndefined();
  });

  it.each([
    ['without data', undefined],
    ['that is not JSON', 'sync everything'],
    ['with an unknown field', JSON.stringify({ customer: 'c', sync: 's', extra: 1 })],
    ['with an id that has a slash', JSON.stringify({ customer: 'c', sync: 'a/b' })],
  ])('%s is logged, and not delivered again', async (_name, text) => {
    await deliverText(text);
    expect(ports.lines).toContainEqual(expect.objectContaining({ level: 'error', event: 'message_not_valid' }));
  });

  it('is delivered again while another worker has the lease', async () => {
    const { id } = await requestSync(ports, customer);
    const head = (await ports.store.get<SyncHead>(syncHeadPath(customer)))!;
    const data = withLease(head.data, 'another worker', ports.clock.now());
    await ports.store.commit([{ set: head.path, data }]);
    await expect(deliverMessage({ customer, sync: id })).rejects.toMatchObject({ code: 'busy' });
    ports.clock.advance(leaseMs);
    await deliverMessage({ customer, sync: id });
    expect(await readRun(ports.store, customer, id)).toMatchObject({ state: 'done' });
  });
});
