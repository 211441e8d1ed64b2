import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { catalogPath } from '../../../shared/storage/layout.ts';
import { requestSync } from '../../../shared/sync/request.ts';
import { deliver, readRun, storedNow, syncNow } from '../../support/sync-drive.ts';
import { acme, type SyncWorld, startSyncWorld } from '../../support/sync-world.ts';

const orgId = acme.id;
const megabytes = (count: number) => 'x'.repeat(count * 1_048_576);

let world: SyncWorld;
let { webex, ports, customer } = {} as SyncWorld;
beforeEach(async () => {
  world = await startSyncWorld();
  ({ webex, ports, customer } = world);
  await syncNow(ports, customer);
});
afterEach(() => world.close());

describe('a person that the store refuses', () => {
  it('is skipped and reported, while all others are stored', async () => {
    const person = world.people()[120]!;
    webex.control.people({ orgId, churn: { seed: 1, add: 10, change: 60, remove: 2 } });
    webex.control.people({ orgId, update: [{ id: person.id, title: megabytes(2) }] });
    expect(await syncNow(ports, customer)).toMatchObject({
      state: 'done',
      counts: { added: 10, removed: 2, skipped: 1 },
      skipped: [person.id],
    });
    expect(ports.lines).toContainEqual(expect.objectContaining({ event: 'person_skipped', person: person.id }));
    expect(await world.findDifferences()).toEqual([`store: stale ${person.id}`, `roster: stale ${person.id}`]);
    webex.control.people({ orgId, update: [{ id: person.id, title: 'Chief' }] });
    expect(await syncNow(ports, customer)).toMatchObject({ counts: { changed: 1, skipped: 0 }, skipped: [] });
    await world.expectInSync();
  });

  it('is no user when new, and stored once the store accepts the document', async () => {
    const [id] = webex.control.people({ orgId, add: 1 }).added as [string];
    webex.control.people({ orgId, update: [{ id, title: megabytes(2) }] });
    const { added } = webex.control.people({ orgId, add: 3 });
    expect(await syncNow(ports, customer)).toMatchObject({ counts: { added: 3, skipped: 1 } });
    const stored = await storedNow(ports.store, customer);
    expect([stored.has(id), added.every((each) => stored.has(each))]).toEqual([false, true]);
    webex.control.people({ orgId, update: [{ id, title: 'Chief' }] });
    expect(await syncNow(ports, customer)).toMatchObject({ counts: { added: 1, skipped: 0 } });
    await world.expectInSync();
  });

  it('does not shift the people of the checkpoint', async () => {
    webex.control.people({ orgId, add: 30 });
    const [id] = webex.control.people({ orgId, add: 1 }).added as [string];
    webex.control.people({ orgId, update: [{ id, title: megabytes(2) }] });
    webex.control.people({ orgId, churn: { seed: 3, add: 30, change: 40, remove: 3 } });
    const { id: run } = await requestSync(ports, customer);
    await deliver(ports, 0);
    expect(await readRun(ports.store, customer, run)).toMatchObject({ state: 'done', counts: { skipped: 1 } });
    expect(await world.findDifferences()).toEqual([`store: missing ${id}`, `roster: missing ${id}`]);
  });

  it.each(['..', '__x__', 'x'.repeat(200)])('because of the id %j is skipped', async (id) => {
    ports.webex.answerNext('people', async (act) => {
      const page = await act();
      return { ...page, people: [{ ...page.people[0]!, id }, ...page.people] };
    });
    expect(await syncNow(ports, customer)).toMatchObject({ state: 'done', counts: { skipped: 1 }, skipped: [id] });
    await world.expectInSync();
  });

  it('is not alone when more than 100 are refused: then the run fails', async () => {
    ports.store.failNext('commit', new Error('The document is refused.'), {
      times: 'always',
      when: (writes) => writes.some((write) => 'set' in write && write.set.includes('/users/')),
    });
    webex.control.people({ orgId, churn: { seed: 1, add: 0, change: 110, remove: 0 } });
    expect(await syncNow(ports, customer)).toMatchObject({ state: 'failed', fault: { code: 'internal' } });
  });
});

describe('an absent person', () => {
  it('that Webex refuses to show in every run stays, and the run ends normally', async () => {
    const person = world.people()[9]!;
    const withoutPerson = async (act: () => ReturnType<typeof ports.webex.people>) => {
      const page = await act();
      return { ...page, people: page.people.filter(({ id }) => id !== person.id) };
    };
    ports.webex.answerNext('people', withoutPerson, { times: 'always' });
    webex.control.faults({ match: { path: '/v1/people/[^/]+$' }, times: 'always', fault: { status: 403 } });
    for (let run = 0; run < 2; run++) {
      expect(await syncNow(ports, customer)).toMatchObject({
        state: 'done',
        counts: { removed: 0, held: 0, skipped: 1 },
        skipped: [person.id],
      });
    }
    expect((await storedNow(ports.store, customer)).has(person.id)).toBe(true);
  });
});

describe('a catalog that the store refuses', () => {
  it('does not stop the sync', async () => {
    const before = await ports.store.get(catalogPath(customer));
    ports.webex.answerNext('licenses', async () => [{ id: 'l', name: megabytes(2) }]);
    webex.control.people({ orgId, add: 1 });
    expect(await syncNow(ports, customer)).toMatchObject({ state: 'done', counts: { added: 1 } });
    expect(await ports.store.get(catalogPath(customer))).toEqual(before);
    expect(ports.lines).toContainEqual(expect.objectContaining({ event: 'catalog_not_synced' }));
  });
});
