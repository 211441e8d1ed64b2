import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf, Failure } from '../../../shared/domain/failure.ts';
import { day } from '../../../shared/domain/time.ts';
import type { Write } from '../../../shared/ports.ts';
import { catalogOf, connectionPath, syncHeadPath, usersOf } from '../../../shared/storage/layout.ts';
import { requestSync } from '../../../shared/sync/request.ts';
import { runSync } from '../../../shared/sync/run.ts';
import { readConnection } from '../../support/ports.ts';
import { deliver, finishRun, readHead, readRun, syncNow } from '../../support/sync-drive.ts';
import { acme, type SyncWorld, startSyncWorld } from '../../support/sync-world.ts';

let world: SyncWorld;
let { webex, ports, customer } = {} as SyncWorld;
beforeEach(async () => {
  world = await startSyncWorld();
  ({ webex, ports, customer } = world);
});
afterEach(() => world.close());

describe('a sync', () => {
  it('stores all people, and the second run writes none', async () => {
    const first = await syncNow(ports, customer);
    expect(first).toMatchObject({ state: 'done', pages: 3, counts: { scanned: 250, added: 250, unchanged: 0 } });
    await world.expectInSync();
    const { revision } = await readHead(ports.store, customer);
    const second = await syncNow(ports, customer);
    expect(second).toMatchObject({
      state: 'done',
      expected: 250,
      counts: { scanned: 250, added: 0, unchanged: 250 },
    });
    expect((await readHead(ports.store, customer)).revision).toBe(revision);
    expect(world.publishedEvents()).toEqual(['users_synced']);
  });

  it('follows additions, changes, removals and returns', async () => {
    await syncNow(ports, customer);
    const { removed } = webex.control.people({ orgId: acme.id, churn: { seed: 1, add: 4, change: 5, remove: 3 } });
    const second = await syncNow(ports, customer);
    expect(second.counts).toMatchObject({ added: 4, changed: 5, removed: 3, held: 0 });
    expect(second.phases.map(({ phase }) => phase)).toEqual(['scan', 'confirm', 'remove']);
    await world.expectInSync();
    webex.control.people({ orgId: acme.id, upsert: [{ id: removed[0]! }] });
    expect((await syncNow(ports, customer)).counts).toMatchObject({ added: 0, returned: 1 });
    await world.expectInSync();
  });

  it('keeps a tombstone for 90 days, which no list shows', async () => {
    await syncNow(ports, customer);
    const { removed } = webex.control.people({ orgId: acme.id, remove: { count: 1, seed: 7 } });
    await syncNow(ports, customer);
    const { data } = (await ports.store.get<Record<string, number>>(`${usersOf(customer)}/${removed[0]}`))!;
    expect(data).not.toHaveProperty('nameKey');
    expect(data.expireAt! - data.removedAt!).toBe(90 * day);
  });

  it('does nothing for a message that is delivered again after its end', async () => {
    const { id } = await syncNow(ports, customer);
    expect(await runSync(ports, customer, id)).toBeUndefined();
    expect(world.publishedEvents()).toEqual(['users_synced']);
  });

  it('is worked on by one message at a time; the others are delivered again later', async () => {
    const { id } = await requestSync(ports, customer);
    const results = await Promise.allSettled([1, 2, 3].map(() => runSync(ports, customer, id)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const codes = results.flatMap((result) => (result.status === 'rejected' ? [codeOf(result.reason)] : []));
    for (const code of codes) expect(['busy', 'conflict']).toContain(code);
    await world.expectInSync();
  });

  it('stops when another worker has taken over after its lease, and leaves no trace', async () => {
    const { id } = await requestSync(ports, customer);
    let taken: Promise<unknown> | undefined;
    const takeOver = (): Promise<unknown> => {
      ports.clock.advance(10 * 60_000);
      // The runner that it takes over from may still be committing its last page: then the queue delivers again.
      taken = runSync(ports, customer, id).catch(takeOver);
      return taken;
    };
    ports.webex.beforeNext('people', takeOver, { when: (_access, { cursor }) => cursor !== undefined });
    expect(await runSync(ports, customer, id)).toBeUndefined();
    expect(await taken).toMatchObject({ state: 'done', attempts: 2, counts: { scanned: 250, added: 250 } });
    await world.expectInSync();
  });

  it('continues through new messages when its time is up, and still finds the people who are gone', async () => {
    await syncNow(ports, customer);
    webex.control.people({ orgId: acme.id, churn: { seed: 3, add: 30, change: 20, remove: 4 } });
    const { id } = await requestSync(ports, customer);
    const messages = await deliver(ports, 0);
    expect(messages).toBeGreaterThanOrEqual(3);
    expect(await readRun(ports.store, customer, id)).toMatchObject({
      state: 'done',
      attempts: messages,
      counts: { scanned: 276, added: 30, changed: 20, removed: 4, unchanged: 226 },
    });
    await world.expectInSync();
  });

  it('continues with the new grant when the customer was connected again meanwhile', async () => {
    const { id } = await requestSync(ports, customer);
    ports.webex.answerNext('people', async () => {
      const connection = await readConnection(ports.store, customer);
      const grant = { ...connection.grant!, grantedAt: ports.clock.now() + 1 };
      await ports.store.commit([{ set: connectionPath(customer), data: { ...connection, grant } }]);
      throw new Failure('reauthorization_required', 'The old grant is dead.');
    });
    await expect(runSync(ports, customer, id)).rejects.toMatchObject({ code: 'reauthorization_required' });
    await runSync(ports, customer, id);
    expect((await readRun(ports.store, customer, id)).state).toBe('done');
    await world.expectInSync();
  });

  it('does not fail when the customer is connected again at that moment', async () => {
    const { id } = await requestSync(ports, customer);
    ports.webex.failNext('people', new Failure('reauthorization_required', 'The old grant is dead.'));
    // Between the check for a new grant and the commit that ends the run.
    const path = syncHeadPath(customer);
    const isEnd = (writes: Write[]) => writes.some((write) => 'set' in write && !('lease' in write.data));
    ports.store.beforeNext(
      'commit',
      async () => {
        const connection = await readConnection(ports.store, customer);
        const grant = { ...connection.grant!, grantedAt: ports.clock.now() + 1 };
        await ports.store.commit([{ set: connectionPath(customer), data: { ...connection, grant } }]);
      },
      { path, when: (writes) => isEnd(writes.slice(0, 1)) },
    );
    await expect(runSync(ports, customer, id)).rejects.toMatchObject({ code: 'reauthorization_required' });
    await finishRun(ports, customer);
    expect(await readRun(ports.store, customer, id)).toMatchObject({ state: 'done' });
    await world.expectInSync();
  });

  it('stores licences and roles once, and again when they change', async () => {
    await syncNow(ports, customer);
    const path = `${catalogOf(customer)}/names`;
    const before = (await ports.store.get<{ licenses: object[]; roles: object[] }>(path))!;
    expect(before.data.licenses.length).toBeGreaterThan(3);
    expect(before.data.roles.length).toBeGreaterThan(3);
    await syncNow(ports, customer);
    expect((await ports.store.get(path))!.version).toBe(before.version);
    webex.control.people({ orgId: acme.id, add: 100 });
    await syncNow(ports, customer);
    expect((await ports.store.get(path))!.version).not.toBe(before.version);
  });

  it('ends normally when licences may not be read', async () => {
    webex.control.faults({ match: { path: '/v1/licenses' }, times: 'always', fault: { status: 403 } });
    expect(await syncNow(ports, customer)).toMatchObject({ state: 'done' });
    expect(ports.lines).toContainEqual(expect.objectContaining({ event: 'catalog_not_synced' }));
  });
});
