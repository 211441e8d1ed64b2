import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { syncOnePerson } from '../../../shared/sync/one-person.ts';
import { requestSync } from '../../../shared/sync/request.ts';
import { deliver, storedNow, syncNow } from '../../support/sync-drive.ts';
import { type SyncWorld, startSyncWorld, umbrella } from '../../support/sync-world.ts';

let world: SyncWorld;
let { webex, ports, customer } = {} as SyncWorld;
beforeEach(async () => {
  world = await startSyncWorld({ organization: umbrella });
  ({ webex, ports, customer } = world);
  await syncNow(ports, customer);
});
afterEach(() => world.close());

const orgId = umbrella.id;

describe('one person', () => {
  it('is added, changed, left alone and brought back', async () => {
    const one = async (id: string) => (await syncOnePerson(ports, customer, id)).outcome;
    const [id] = webex.control.people({ orgId: umbrella.id, add: 1 }).added as [string];
    expect(await one(id)).toBe('added');
    expect(await one(id)).toBe('unchanged');
    webex.control.people({ orgId: umbrella.id, update: [{ id, title: 'Chief' }] });
    expect(await one(id)).toBe('changed');
    webex.control.people({ orgId: umbrella.id, remove: [id] });
    expect(await one(id)).toBe('not_found');
    expect((await storedNow(ports.store, customer)).has(id)).toBe(true);
    await syncNow(ports, customer);
    expect((await storedNow(ports.store, customer)).has(id)).toBe(false);
    webex.control.people({ orgId: umbrella.id, upsert: [{ id }] });
    expect(await one(id)).toBe('returned');
    expect(await world.findDifferences()).toEqual([]);
    expect((await syncNow(ports, customer)).counts).toMatchObject({ unchanged: 121, added: 0, changed: 0 });
  });

  it('cannot be synced while a sync is in progress', async () => {
    const someone = world.people()[5]!;
    webex.control.people({ orgId: umbrella.id, update: [{ id: someone.id, title: 'Chief' }] });
    await requestSync(ports, customer);
    await expect(syncOnePerson(ports, customer, someone.id)).rejects.toMatchObject({ code: 'busy' });
    await deliver(ports);
    expect(await syncOnePerson(ports, customer, someone.id)).toMatchObject({ outcome: 'unchanged' });
  });

  it('keeps the newer state when a sync ends during the call to Webex', async () => {
    const { id } = world.people()[5]!;
    const update = (title: string) => webex.control.people({ orgId, update: [{ id, title }] });
    update('Deputy');
    ports.webex.afterNext('person', async () => {
      update('Chief');
      await syncNow(ports, customer);
    });
    expect(await syncOnePerson(ports, customer, id)).toMatchObject({ outcome: 'unchanged', user: { title: 'Chief' } });
    await world.expectInSync();
  });

  it('does not come back when a sync removes them during the call to Webex', async () => {
    const { id } = world.people()[5]!;
    webex.control.people({ orgId, update: [{ id, title: 'Chief' }] });
    ports.webex.afterNext('person', async () => {
      webex.control.people({ orgId, remove: [id] });
      await syncNow(ports, customer);
    });
    expect(await syncOnePerson(ports, customer, id)).toEqual({ outcome: 'not_found' });
    await world.expectInSync();
  });
});
