import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleOrganizations } from '../../../local/webex/sample.ts';
import { Failure } from '../../../shared/domain/failure.ts';
import type { PeoplePage, Person } from '../../../shared/domain/person.ts';
import type { Write } from '../../../shared/ports.ts';
import { readHeld } from '../../../shared/sync/held-people.ts';
import { requestSync } from '../../../shared/sync/request.ts';
import { runSync } from '../../../shared/sync/run.ts';
import { withAccessToken } from '../../../shared/tokens/access-token.ts';
import { storeUnavailable } from '../../support/faulty.ts';
import { finishRun, readRun, storedNow, syncNow } from '../../support/sync-drive.ts';
import { acme, type SyncWorld, startSyncWorld } from '../../support/sync-world.ts';

type AnswerByIds = (
  act: unknown,
  access: unknown,
  ids: string[],
) => Promise<{ people: Person[]; notFoundIds: string[] }>;

let world: SyncWorld;
let { webex, ports, customer } = {} as SyncWorld;
beforeEach(async () => {
  world = await startSyncWorld();
  ({ webex, ports, customer } = world);
});
afterEach(() => world.close());

describe('removals', () => {
  beforeEach(async () => {
    await syncNow(ports, customer);
    ports.messages.length = 0;
  });

  it('are held above the thresholds, while additions and changes are applied', async () => {
    webex.control.people({ orgId: acme.id, churn: { seed: 5, add: 2, change: 3, remove: 40 } });
    const run = await syncNow(ports, customer);
    expect(run).toMatchObject({
      state: 'done',
      counts: { added: 2, changed: 3, removed: 0, held: 40 },
      held: { state: 'waiting', reason: 'many', count: 40 },
    });
    expect((await storedNow(ports.store, customer)).size).toBe(252);
    expect(world.publishedEvents()).toEqual(['users_synced', 'removals_held']);
    expect(await readHeld(ports.store, customer, run.id, 0)).toHaveLength(40);
  });

  it('compares a present person that the scan has missed', async () => {
    await syncNow(ports, customer);
    const person = world.people()[0]!;
    webex.control.people({ orgId: acme.id, upsert: [{ id: person.id, displayName: 'Somebody else' }] });
    const withoutPerson = async (act: () => Promise<PeoplePage>) => {
      const found = await act();
      return { ...found, people: found.people.filter(({ id }) => id !== person.id) };
    };
    ports.webex.answerNext('people', withoutPerson, { times: 'always' });
    expect((await syncNow(ports, customer)).counts).toMatchObject({ scanned: 250, changed: 1, removed: 0 });
    ports.webex.heal();
    await world.expectInSync();
  });

  it('include people who have moved to another organization', async () => {
    const { removed } = webex.control.people({ orgId: acme.id, remove: { count: 2, seed: 1 } });
    const other = world.people()[0]!.id;
    const person = await withAccessToken(ports, customer, (access) => ports.webex.person(access, other));
    ports.webex.answerNext('peopleById', async (act) => ({
      people: [{ ...person, id: removed[0]!, orgId: sampleOrganizations[1]!.id }],
      notFoundIds: (await act()).notFoundIds.filter((id) => id !== removed[0]),
    }));
    expect((await syncNow(ports, customer)).counts).toMatchObject({ removed: 2 });
    await world.expectInSync();
  });

  it('are held when the scan has found nobody, even if Webex confirms one person as present', async () => {
    await world.setSettings({ heldAbovePeople: 1e6, heldAboveShare: 1, heldAbove: 1e6 });
    const [there] = world.people();
    ports.webex.answerNext('people', async () => ({ people: [] }), { times: 'always' });
    const allButOne: AnswerByIds = async (_act, _access, ids) => ({
      people: [],
      notFoundIds: ids.filter((id) => id !== there!.id),
    });
    ports.webex.answerNext('peopleById', allButOne, { times: 'always' });
    expect((await syncNow(ports, customer)).held).toMatchObject({ reason: 'empty_organization', count: 249 });
  });

  it('are held for any number of people with the longest ids', async () => {
    const people = Array.from({ length: 6_000 }, (_, index) => ({ id: `${index}-`.padEnd(128, 'x') }));
    webex.control.people({ orgId: acme.id, upsert: people });
    await syncNow(ports, customer);
    webex.control.people({ orgId: acme.id, remove: people.map(({ id }) => id) });
    const run = await syncNow(ports, customer);
    expect(run).toMatchObject({ state: 'done', held: { reason: 'many', count: 6_000, documents: 2 } });
    const held = await Promise.all([0, 1].map((index) => readHeld(ports.store, customer, run.id, index)));
    expect(new Set(held.flat())).toEqual(new Set(people.map(({ id }) => id)));
  });

  it('fit into commits with documents of any size', async () => {
    await world.setSettings({ heldAbovePeople: 1e6, heldAboveShare: 1, heldAbove: 1e6 });
    const licenses = Array.from({ length: 60 }, (_, index) => `${index}-${'l'.repeat(135)}`);
    const heavy = Array.from({ length: 460 }, () => ({ id: randomUUID(), licenses }));
    webex.control.people({ orgId: acme.id, upsert: heavy });
    await syncNow(ports, customer);
    webex.control.people({ orgId: acme.id, remove: heavy.map(({ id }) => id) });
    expect(await syncNow(ports, customer)).toMatchObject({ state: 'done', counts: { removed: 460 } });
    await world.expectInSync();
  });

  it("follow the customer's own thresholds", async () => {
    await world.setSettings({ heldAboveShare: 0.5 });
    webex.control.people({ orgId: acme.id, remove: { count: 40, seed: 1 } });
    expect((await syncNow(ports, customer)).counts).toMatchObject({ removed: 40, held: 0 });
    await world.setSettings({ heldAbovePeople: 0, heldAboveShare: 0 });
    webex.control.people({ orgId: acme.id, remove: { count: 1, seed: 2 } });
    expect((await syncNow(ports, customer)).counts).toMatchObject({ removed: 0, held: 1 });
  });

  it('of all people are always held', async () => {
    await world.setSettings({ heldAbovePeople: 1000, heldAbove: 10_000 });
    webex.control.people({ orgId: acme.id, remove: world.people().map(({ id }) => id) });
    // The administrator is gone too: the token would be.
    const { access_token: _token, ...page } = { access_token: '', items: [], notFoundIds: null };
    webex.control.faults({ match: { path: '/v1/people$' }, fault: { status: 200, body: page } });
    const nobody: AnswerByIds = async (_act, _access, ids) => ({ people: [], notFoundIds: ids });
    ports.webex.answerNext('peopleById', nobody, { times: 'always' });
    ports.webex.answerNext('scimTotal', async () => 0);
    ports.webex.answerNext('people', async () => ({ people: [] }), { times: 'always' });
    ports.webex.answerNext('licenses', async () => []);
    ports.webex.answerNext('roles', async () => []);
    const run = await syncNow(ports, customer);
    expect(run.held).toMatchObject({ reason: 'empty_organization', count: 250 });
    expect((await storedNow(ports.store, customer)).size).toBe(250);
  });

  it('are held when SCIM counts more people than were found, unless the customer has switched that off', async () => {
    ports.webex.answerNext('scimTotal', async (act) => (await act()) + 1, { times: 'always' });
    webex.control.people({ orgId: acme.id, remove: { count: 2, seed: 1 } });
    expect((await syncNow(ports, customer)).held).toMatchObject({ reason: 'total_differs', count: 2 });
    await world.setSettings({ checkTotal: false });
    expect((await syncNow(ports, customer)).counts).toMatchObject({ removed: 2 });
  });

  it('do not need SCIM when its scope was not granted', async () => {
    webex.control.faults({ match: { path: '/identity/scim' }, times: 'always', fault: { status: 403 } });
    webex.control.people({ orgId: acme.id, remove: { count: 2, seed: 1 } });
    expect((await syncNow(ports, customer)).counts).toMatchObject({ removed: 2 });
  });

  it('count together with the removals that the same run made before it started over', async () => {
    webex.control.people({ orgId: acme.id, remove: { count: 20, seed: 1 } });
    const { id } = await requestSync(ports, customer);
    const removes = (writes: Write[]) =>
      writes.some((write) => 'set' in write && (write.data as { removedAt?: number }).removedAt);
    // The instance dies after its first removals.
    ports.store.failNext('commit', storeUnavailable(), { times: 'always', when: removes, answerLost: true });
    await expect(runSync(ports, customer, id)).rejects.toMatchObject({ code: 'store_unavailable' });
    ports.store.heal();
    ports.clock.advance(2 * 3_600_000);
    webex.control.people({ orgId: acme.id, remove: { count: 20, seed: 2 } });
    await runSync(ports, customer, id);
    expect(await readRun(ports.store, customer, id)).toMatchObject({
      counts: { removed: 20, held: 20 },
      held: { count: 20 },
    });
  });

  it('fail the run visibly when SCIM gives no answer for hours', async () => {
    webex.control.people({ orgId: acme.id, remove: { count: 2, seed: 1 } });
    ports.webex.failNext('scimTotal', new Failure('webex_unavailable', 'SCIM is away.'), { times: 'always' });
    const { id } = await requestSync(ports, customer);
    for (let attempt = 1; attempt < 20; attempt++) {
      await expect(runSync(ports, customer, id)).rejects.toMatchObject({ code: 'webex_unavailable' });
    }
    expect(await runSync(ports, customer, id)).toMatchObject({
      state: 'failed',
      fault: { code: 'webex_unexpected' },
    });
    expect((await storedNow(ports.store, customer)).size).toBe(250);
  });

  it('of more than one commit continue where they stopped', async () => {
    webex.control.people({ orgId: acme.id, add: 700 });
    await syncNow(ports, customer);
    await world.setSettings({ heldAbovePeople: 1000, heldAbove: 1000 });
    webex.control.people({ orgId: acme.id, remove: { count: 600, seed: 3 } });
    const { id } = await requestSync(ports, customer);
    let killed = false;
    const isLarge = (writes: Write[]) => {
      if (writes.length <= 400) return false;
      killed = true;
      return true;
    };
    ports.store.failNext('commit', new Error('killed'), { when: isLarge, answerLost: true });
    await expect(runSync(ports, customer, id))
      .resolves.toMatchObject({ state: 'failed' })
      .catch(() => {});
    ports.store.heal();
    await finishRun(ports, customer);
    expect(killed).toBe(true);
    await world.expectInSync();
  });
});
