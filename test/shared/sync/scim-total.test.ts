import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../../../shared/domain/failure.ts';
import { approveRemovals } from '../../../shared/sync/approval.ts';
import { deliver, readHead, syncNow } from '../../support/sync-drive.ts';
import { acme, type SyncWorld, startSyncWorld } from '../../support/sync-world.ts';

const orgId = acme.id;
let world: SyncWorld;
let { webex, ports, customer } = {} as SyncWorld;
beforeEach(async () => {
  world = await startSyncWorld();
  ({ webex, ports, customer } = world);
});
afterEach(() => world.close());

/** How many rooms SCIM counts besides the people. */
const addRooms = (rooms: number) =>
  ports.webex.answerNext('scimTotal', async (act) => (await act()) + rooms, { times: 'always' });
const removeTwo = (seed: number) => webex.control.people({ orgId, remove: { count: 2, seed } });

describe("SCIM's count", () => {
  it('includes rooms, which do not hold removals', async () => {
    addRooms(12);
    await syncNow(ports, customer);
    expect((await readHead(ports.store, customer)).scimSurplus).toBe(12);
    removeTwo(1);
    expect((await syncNow(ports, customer)).counts).toMatchObject({ removed: 2, held: 0 });
    await world.expectInSync();
  });

  it('that is larger than the people and the known rooms holds removals', async () => {
    addRooms(12);
    await syncNow(ports, customer);
    ports.webex.heal('scimTotal');
    addRooms(13);
    removeTwo(1);
    expect((await syncNow(ports, customer)).held).toMatchObject({ reason: 'total_differs', count: 2 });
  });

  it('holds removals once: an approval accepts the difference', async () => {
    await syncNow(ports, customer);
    addRooms(3);
    removeTwo(1);
    const held = await syncNow(ports, customer);
    expect(held.held).toMatchObject({ reason: 'total_differs' });
    await approveRemovals(ports, customer, held.id, 'chief@example.com');
    await deliver(ports);
    removeTwo(2);
    expect((await syncNow(ports, customer)).counts).toMatchObject({ removed: 2, held: 0 });
    await world.expectInSync();
  });

  it('accepts no difference by an approval of removals that were held for their number', async () => {
    await syncNow(ports, customer);
    webex.control.people({ orgId, remove: { count: 40, seed: 1 } });
    const held = await syncNow(ports, customer);
    addRooms(3);
    await approveRemovals(ports, customer, held.id, 'chief@example.com');
    await deliver(ports);
    expect((await readHead(ports.store, customer)).scimSurplus).toBe(0);
  });
});

describe('without an answer of SCIM', () => {
  const unreadable = () =>
    webex.control.faults({ match: { path: '/identity/scim' }, times: 'always', fault: { status: 401 } });

  beforeEach(async () => {
    await syncNow(ports, customer);
  });

  it.each([401, 403, 404, 400])('(status %i) each removal needs a second look-up of the person', async (status) => {
    webex.control.faults({ match: { path: '/identity/scim' }, times: 'always', fault: { status } });
    removeTwo(1);
    expect((await syncNow(ports, customer)).counts).toMatchObject({ removed: 2, held: 0 });
    await world.expectInSync();
  });

  it('a person whom a look-up by ids misses is not removed', async () => {
    unreadable();
    const person = world.people()[7]!.id;
    ports.webex.answerNext('people', async (act) => {
      const page = await act();
      return { ...page, people: page.people.filter(({ id }) => id !== person) };
    });
    ports.webex.answerNext('peopleById', async (_act, _access, ids) => ({ people: [], notFoundIds: ids }));
    expect((await syncNow(ports, customer)).counts).toMatchObject({ removed: 0, held: 0 });
    await world.expectInSync();
  });

  it('a run without removals does not wait', async () => {
    ports.webex.failNext('scimTotal', new Failure('webex_rate_limited', 'Slow down.', { retryAfterMs: 3_600_000 }), {
      times: 'always',
    });
    expect(await syncNow(ports, customer)).toMatchObject({ state: 'done', attempts: 1 });
  });
});
