import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleOrganizations } from '../../../local/webex/sample.ts';
import { startWebex, type WebexServer } from '../../../local/webex/server.ts';
import { purgeCustomer } from '../../../shared/customers/purge.ts';
import type { Customer } from '../../../shared/domain/customer.ts';
import { codeOf, Failure } from '../../../shared/domain/failure.ts';
import { newSyncHead } from '../../../shared/domain/sync-head.ts';
import { day } from '../../../shared/domain/time.ts';
import { catalogOf, connectionPath, customerPath, syncHeadPath, usersOf } from '../../../shared/storage/layout.ts';
import { approveRemovals, rejectRemovals } from '../../../shared/sync/approval.ts';
import { readHeld } from '../../../shared/sync/held-people.ts';
import { requestSync, reschedule } from '../../../shared/sync/request.ts';
import { runSync } from '../../../shared/sync/run.ts';
import { requestDueSyncs } from '../../../shared/sync/schedule.ts';
import { withAccessToken } from '../../../shared/tokens/access-token.ts';
import { frozenClock } from '../../support/clock.ts';
import { connectedCustomer, readConnection, type TestPorts, testPorts } from '../../support/ports.ts';
import {
  deliver,
  differences,
  feedReader,
  organizationNow,
  readHead,
  readRun,
  rosterNow,
  storedNow,
  syncNow,
} from '../../support/sync-drive.ts';

const acme = sampleOrganizations[0]!;
let webex: WebexServer;
let ports: TestPorts;
let customer: string;

beforeEach(async () => {
  const clock = frozenClock();
  webex = await startWebex({ now: clock.now });
  ports = testPorts(webex, { clock });
  customer = await connectedCustomer(ports, webex, acme);
});
afterEach(async () => {
  await ports.store.close();
  await webex.close();
});

async function expectTrue(): Promise<void> {
  const truth = await withAccessToken(ports, customer, (access) => organizationNow(ports.webex, access, acme.id));
  expect(differences(truth, await storedNow(ports.store, customer))).toEqual([]);
  expect(differences(truth, await rosterNow(ports.store, customer))).toEqual([]);
  expect((await readHead(ports.store, customer)).roster.people).toBe(truth.size);
}

/** Names of the events that the portal was told. */
const told = () =>
  ports.messages
    .filter(({ topic }) => topic === ports.settings.eventsTopic)
    .map(({ data }) => String(data.type).replace('webex_customer_access.customer.v1.', ''));

async function settings(sync: Customer['sync']): Promise<void> {
  const read = (await ports.store.get<Customer>(customerPath(customer)))!;
  await ports.store.commit([{ set: read.path, data: { ...read.data, sync } }]);
}

async function authorizedBy(person: { id: string }): Promise<void> {
  const connection = await readConnection(ports.store, customer);
  const authorizer = {
    id: person.id,
    email: 'a@b',
    displayName: 'A',
    organizationId: acme.id,
    organizationName: 'Acme',
  };
  const data = { ...connection, grant: { ...connection.grant!, authorizer } };
  await ports.store.commit([{ set: connectionPath(customer), data }]);
}

const people = () => [...webex.control.peopleList(acme.id)];

describe('a sync', () => {
  it('stores everybody, and the second one writes nobody', async () => {
    const first = await syncNow(ports, customer);
    expect(first).toMatchObject({ state: 'done', pages: 3, counts: { scanned: 250, added: 250, unchanged: 0 } });
    await expectTrue();
    const { revision } = await readHead(ports.store, customer);
    const second = await syncNow(ports, customer);
    expect(second).toMatchObject({ state: 'done', expected: 250, counts: { scanned: 250, added: 0, unchanged: 250 } });
    expect((await readHead(ports.store, customer)).revision).toBe(revision);
    expect(told()).toEqual(['users_synced']);
  });

  it('follows additions, changes, removals and returns', async () => {
    await syncNow(ports, customer);
    const { removed } = webex.control.people({ orgId: acme.id, churn: { seed: 1, add: 4, change: 5, remove: 3 } });
    const second = await syncNow(ports, customer);
    expect(second.counts).toMatchObject({ added: 4, changed: 5, removed: 3, held: 0 });
    expect(second.phases.map(({ phase }) => phase)).toEqual(['scan', 'confirm', 'remove']);
    await expectTrue();
    webex.control.people({ orgId: acme.id, upsert: [{ id: removed[0]! }] });
    expect((await syncNow(ports, customer)).counts).toMatchObject({ added: 0, returned: 1 });
    await expectTrue();
  });

  it('keeps a tombstone for 90 days, in no list', async () => {
    await syncNow(ports, customer);
    const { removed } = webex.control.people({ orgId: acme.id, remove: { count: 1, seed: 7 } });
    await syncNow(ports, customer);
    const { data } = (await ports.store.get<Record<string, number>>(`${usersOf(customer)}/${removed[0]}`))!;
    expect(data).not.toHaveProperty('nameKey');
    expect(data.expireAt! - data.removedAt!).toBe(90 * day);
  });

  it('is joined by a second request while it waits', async () => {
    const runs = await Promise.all([1, 2, 3].map(() => requestSync(ports, customer, 'portal')));
    expect(new Set(runs.map(({ id }) => id)).size).toBe(1);
    await deliver(ports);
    expect(await readRun(ports.store, customer, runs[0]!.id)).toMatchObject({ state: 'done', attempts: 1 });
  });

  it('does nothing for a message that comes again after the end', async () => {
    const { id } = await syncNow(ports, customer);
    expect(await runSync(ports, customer, id)).toBeUndefined();
    expect(told()).toEqual(['users_synced']);
  });

  it('is worked on by one message at a time; the other is told to come again', async () => {
    const { id } = await requestSync(ports, customer);
    const results = await Promise.allSettled([1, 2, 3].map(() => runSync(ports, customer, id)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const codes = results.flatMap((result) => (result.status === 'rejected' ? [codeOf(result.reason)] : []));
    for (const code of codes) expect(['busy', 'conflict']).toContain(code);
    await expectTrue();
  });

  it('stops when another has taken over after its lease, and leaves no trace of its own', async () => {
    const { id } = await requestSync(ports, customer);
    const { people: page } = ports.webex;
    let taken: Promise<unknown> | undefined;
    ports.webex.people = async (access, request) => {
      if (request.cursor && !taken) {
        const takeOver = (): Promise<unknown> => {
          ports.clock.advance(10 * 60_000);
          // The runner that it takes over from may still be committing its last page: then the queue delivers again.
          return runSync(ports, customer, id).catch(takeOver);
        };
        taken = takeOver();
        await taken;
      }
      return page(access, request);
    };
    expect(await runSync(ports, customer, id)).toBeUndefined();
    expect(await taken).toMatchObject({ state: 'done', attempts: 2, counts: { scanned: 250, added: 250 } });
    await expectTrue();
  });

  it('goes on through new messages when its time is over, and still finds who is gone', async () => {
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
    await expectTrue();
  });

  it('begins anew with a checkpoint that is too old', async () => {
    const { id } = await requestSync(ports, customer);
    await runSync(ports, customer, id, 0);
    ports.clock.advance(2 * 3_600_000);
    const people = webex.control.people({ orgId: acme.id, add: 1 });
    await deliver(ports);
    expect(people.added).toHaveLength(1);
    await expectTrue();
  });

  it('begins anew where every attempt for more than an hour has failed', async () => {
    const { id } = await requestSync(ports, customer);
    await runSync(ports, customer, id, 0);
    const early = [...(await storedNow(ports.store, customer)).keys()][0]!;
    const away = webex.control.faults({ match: { path: '/v1/people' }, fault: { status: 503 }, times: 'always' });
    for (let attempt = 0; attempt < 8; attempt++) {
      await expect(runSync(ports, customer, id)).rejects.toMatchObject({ code: 'webex_unavailable' });
      ports.clock.advance(10 * 60_000);
    }
    webex.control.people({ orgId: acme.id, remove: [early] });
    webex.control.clearFaults(away.id);
    await runSync(ports, customer, id);
    expect(await readRun(ports.store, customer, id)).toMatchObject({ state: 'done', counts: { removed: 1 } });
    await expectTrue();
  });

  it('compares whom the scan has missed though they are there', async () => {
    await syncNow(ports, customer);
    const person = people()[0]!;
    webex.control.people({ orgId: acme.id, upsert: [{ id: person.id, displayName: 'Somebody else' }] });
    const { people: page } = ports.webex;
    ports.webex.people = async (...asked) => {
      const found = await page(...asked);
      return { ...found, people: found.people.filter(({ id }) => id !== person.id) };
    };
    expect((await syncNow(ports, customer)).counts).toMatchObject({ scanned: 250, changed: 1, removed: 0 });
    ports.webex.people = page;
    await expectTrue();
  });

  it('goes on with the new grant where somebody has connected the customer anew meanwhile', async () => {
    const { id } = await requestSync(ports, customer);
    const { people: page } = ports.webex;
    ports.webex.people = async () => {
      const connection = await readConnection(ports.store, customer);
      const grant = { ...connection.grant!, grantedAt: ports.clock.now() + 1 };
      await ports.store.commit([{ set: connectionPath(customer), data: { ...connection, grant } }]);
      throw new Failure('reauthorization_required', 'The old grant is dead.');
    };
    await expect(runSync(ports, customer, id)).rejects.toMatchObject({ code: 'reauthorization_required' });
    ports.webex.people = page;
    await runSync(ports, customer, id);
    expect((await readRun(ports.store, customer, id)).state).toBe('done');
    await expectTrue();
  });

  it('records licences and roles once, and again when they change', async () => {
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

  it('does without licences that it may not read', async () => {
    webex.control.faults({ match: { path: '/v1/licenses' }, times: 'always', fault: { status: 403 } });
    expect(await syncNow(ports, customer)).toMatchObject({ state: 'done' });
    expect(ports.lines).toContainEqual(expect.objectContaining({ event: 'catalog_not_synced' }));
  });
});

describe('removals', () => {
  beforeEach(async () => {
    await syncNow(ports, customer);
    ports.messages.length = 0;
  });

  it('are held above the thresholds while all else is applied', async () => {
    webex.control.people({ orgId: acme.id, churn: { seed: 5, add: 2, change: 3, remove: 40 } });
    const run = await syncNow(ports, customer);
    expect(run).toMatchObject({
      state: 'done',
      counts: { added: 2, changed: 3, removed: 0, held: 40 },
      held: { state: 'waiting', reason: 'many', count: 40 },
    });
    expect((await storedNow(ports.store, customer)).size).toBe(252);
    expect(told()).toEqual(['users_synced', 'removals_held']);
    expect(await readHeld(ports.store, customer, run.id, 0)).toHaveLength(40);
  });

  it('are carried out once approved, except for who is back by then', async () => {
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
    await expectTrue();
  });

  it('are followed by a scan once carried out, and by no second approval after that', async () => {
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
    await expectTrue();
    webex.control.people({ orgId: acme.id, upsert: removed.map((id) => ({ id })) });
    await syncNow(ports, customer);
    await expect(approveRemovals(ports, customer, held.id, 'x')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('take those along who have moved to another organization', async () => {
    const { removed } = webex.control.people({ orgId: acme.id, remove: { count: 2, seed: 1 } });
    const other = people()[0]!.id;
    const person = await withAccessToken(ports, customer, (access) => ports.webex.person(access, other));
    const { peopleById } = ports.webex;
    ports.webex.peopleById = async (access, ids) => ({
      people: [{ ...person, id: removed[0]!, orgId: sampleOrganizations[1]!.id }],
      notFoundIds: (await peopleById(access, ids)).notFoundIds.filter((id) => id !== removed[0]),
    });
    expect((await syncNow(ports, customer)).counts).toMatchObject({ removed: 2 });
    await expectTrue();
  });

  it('are held where the scan has found nobody, though somebody is there', async () => {
    await settings({ heldAbovePeople: 1e6, heldAboveShare: 1, heldAbove: 1e6 });
    ports.webex.people = async () => ({ people: [] });
    const [there] = people();
    ports.webex.peopleById = async (_access, ids) => ({
      people: [],
      notFoundIds: ids.filter((id) => id !== there!.id),
    });
    expect((await syncNow(ports, customer)).held).toMatchObject({ reason: 'empty_organization', count: 249 });
  });

  it('fit into commits however much is known of each', async () => {
    await settings({ heldAbovePeople: 1e6, heldAboveShare: 1, heldAbove: 1e6 });
    const licenses = Array.from({ length: 60 }, (_, index) => `${index}-${'l'.repeat(135)}`);
    const heavy = Array.from({ length: 460 }, () => ({ id: randomUUID(), licenses }));
    webex.control.people({ orgId: acme.id, upsert: heavy });
    await syncNow(ports, customer);
    webex.control.people({ orgId: acme.id, remove: heavy.map(({ id }) => id) });
    expect(await syncNow(ports, customer)).toMatchObject({ state: 'done', counts: { removed: 460 } });
    await expectTrue();
  });

  it('are left alone once rejected, and asked about again by the next sync', async () => {
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

  it('wait while a sync is under way', async () => {
    webex.control.people({ orgId: acme.id, remove: { count: 40, seed: 1 } });
    const held = await syncNow(ports, customer);
    await requestSync(ports, customer);
    await expect(approveRemovals(ports, customer, held.id, 'x')).rejects.toMatchObject({ code: 'busy' });
    await expect(rejectRemovals(ports, customer, held.id, 'x')).rejects.toMatchObject({ code: 'busy' });
  });

  it("follow the customer's own thresholds", async () => {
    await settings({ heldAboveShare: 0.5 });
    webex.control.people({ orgId: acme.id, remove: { count: 40, seed: 1 } });
    expect((await syncNow(ports, customer)).counts).toMatchObject({ removed: 40, held: 0 });
    await settings({ heldAbovePeople: 0, heldAboveShare: 0 });
    webex.control.people({ orgId: acme.id, remove: { count: 1, seed: 2 } });
    expect((await syncNow(ports, customer)).counts).toMatchObject({ removed: 0, held: 1 });
  });

  it('of everybody are always held', async () => {
    await settings({ heldAbovePeople: 1000, heldAbove: 10_000 });
    webex.control.people({ orgId: acme.id, remove: people().map(({ id }) => id) });
    // The administrator is gone too: the token would be.
    const { access_token: _token, ...page } = { access_token: '', items: [], notFoundIds: null };
    webex.control.faults({ match: { path: '/v1/people$' }, fault: { status: 200, body: page } });
    ports.webex.peopleById = async (_access, ids) => ({ people: [], notFoundIds: ids });
    ports.webex.scimTotal = async () => 0;
    ports.webex.people = async () => ({ people: [] });
    ports.webex.licenses = async () => [];
    ports.webex.roles = async () => [];
    const run = await syncNow(ports, customer);
    expect(run.held).toMatchObject({ reason: 'empty_organization', count: 250 });
    expect((await storedNow(ports.store, customer)).size).toBe(250);
  });

  it('are held when SCIM knows of more people than were found, unless the customer does not want that', async () => {
    const { scimTotal } = ports.webex;
    ports.webex.scimTotal = async (access, orgId) => (await scimTotal(access, orgId)) + 1;
    webex.control.people({ orgId: acme.id, remove: { count: 2, seed: 1 } });
    expect((await syncNow(ports, customer)).held).toMatchObject({ reason: 'total_differs', count: 2 });
    await settings({ checkTotal: false });
    expect((await syncNow(ports, customer)).counts).toMatchObject({ removed: 2 });
  });

  it('do without SCIM where its scope was not granted', async () => {
    webex.control.faults({ match: { path: '/identity/scim' }, times: 'always', fault: { status: 403 } });
    webex.control.people({ orgId: acme.id, remove: { count: 2, seed: 1 } });
    expect((await syncNow(ports, customer)).counts).toMatchObject({ removed: 2 });
  });

  it('count against the thresholds what the same run removed before it was begun anew', async () => {
    webex.control.people({ orgId: acme.id, remove: { count: 20, seed: 1 } });
    const { id } = await requestSync(ports, customer);
    const { commit } = ports.store;
    ports.store.commit = async (writes) => {
      const versions = await commit(writes);
      if (writes.some((write) => 'set' in write && (write.data as { removedAt?: number }).removedAt)) {
        throw new Failure('store_unavailable', 'The instance dies after its first removals.');
      }
      return versions;
    };
    await expect(runSync(ports, customer, id)).rejects.toMatchObject({ code: 'store_unavailable' });
    ports.store.commit = commit;
    ports.clock.advance(2 * 3_600_000);
    webex.control.people({ orgId: acme.id, remove: { count: 20, seed: 2 } });
    await runSync(ports, customer, id);
    expect(await readRun(ports.store, customer, id)).toMatchObject({
      counts: { removed: 20, held: 20 },
      held: { count: 20 },
    });
  });

  it('fail the run, for people to see, where SCIM gives no answer for hours', async () => {
    webex.control.people({ orgId: acme.id, remove: { count: 2, seed: 1 } });
    ports.webex.scimTotal = async () => {
      throw new Failure('webex_unavailable', 'SCIM is away.');
    };
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

  it('of more than one commit go on from where they were', async () => {
    webex.control.people({ orgId: acme.id, add: 700 });
    await syncNow(ports, customer);
    await settings({ heldAbovePeople: 1000, heldAbove: 1000 });
    webex.control.people({ orgId: acme.id, remove: { count: 600, seed: 3 } });
    const { id } = await requestSync(ports, customer);
    const { commit } = ports.store;
    let killed = false;
    ports.store.commit = async (writes) => {
      const versions = await commit(writes);
      if (writes.length > 400 && !killed) {
        killed = true;
        throw new Error('killed');
      }
      return versions;
    };
    await expect(runSync(ports, customer, id))
      .resolves.toMatchObject({ state: 'failed' })
      .catch(() => {});
    ports.store.commit = commit;
    ports.clock.advance(10 * 60_000);
    ports.messages.length = 0;
    await syncNow(ports, customer);
    expect(killed).toBe(true);
    await expectTrue();
  });
});

describe('the person who authorized', () => {
  const admin = () => people()[0]!;
  beforeEach(async () => {
    await authorizedBy(admin());
    await syncNow(ports, customer);
    ports.messages.length = 0;
  });

  it('is warned about once when deactivated, and again the next time', async () => {
    const enabled = async (loginEnabled: boolean) => {
      webex.control.people({ orgId: acme.id, update: [{ id: admin().id, loginEnabled }] });
      await syncNow(ports, customer);
    };
    await enabled(false);
    await syncNow(ports, customer);
    expect(told().filter((type) => type === 'authorizer_at_risk')).toHaveLength(1);
    await enabled(true);
    await enabled(false);
    expect(told().filter((type) => type === 'authorizer_at_risk')).toHaveLength(2);
  });

  it('is warned about when only a lesser role is left', async () => {
    webex.control.people({ orgId: acme.id, update: [{ id: admin().id, roles: ['id_user_admin'] }] });
    await syncNow(ports, customer);
    expect(ports.messages.map(({ data }) => data.data)).toContainEqual(
      expect.objectContaining({ reason: 'role_lost' }),
    );
  });

  it('is warned about when Webex refuses because no role is left', async () => {
    webex.control.changeRoles({ email: 'admin@acme.example', roles: [] });
    expect(await syncNow(ports, customer)).toMatchObject({ state: 'failed', fault: { code: 'webex_forbidden' } });
    expect(told()).toContain('authorizer_at_risk');
  });

  it('is warned about when gone', async () => {
    const other = people()[9]!;
    await authorizedBy(other);
    await syncNow(ports, customer);
    ports.messages.length = 0;
    webex.control.people({ orgId: acme.id, remove: [other.id] });
    await syncNow(ports, customer);
    expect(ports.messages.map(({ data }) => data.data)).toContainEqual(
      expect.objectContaining({ reason: 'disappeared', person: other.id }),
    );
  });
});

describe('the scheduled pass', () => {
  const due = () => requestDueSyncs(ports, ports.clock.now() + 60_000);

  it('asks for each sync a day after the last one, not before', async () => {
    await syncNow(ports, customer);
    expect(await due()).toMatchObject({ requested: 0, resumed: 0 });
    ports.clock.advance(day);
    expect(await due()).toMatchObject({ requested: 1 });
    expect(await due()).toMatchObject({ requested: 0, resumed: 0 });
    await deliver(ports);
    ports.clock.advance(day);
    expect(await due()).toMatchObject({ requested: 1 });
  });

  it('leaves a customer alone who wants none, until that changes', async () => {
    await settings({ everyHours: 0 });
    await syncNow(ports, customer);
    ports.clock.advance(10 * day);
    expect(await due()).toMatchObject({ requested: 0 });
    await settings({ everyHours: 6 });
    await reschedule(ports, customer);
    ports.clock.advance(day / 4);
    expect(await due()).toMatchObject({ requested: 1 });
  });

  it('sends a new message for a run that nobody works on', async () => {
    const { id } = await requestSync(ports, customer);
    await runSync(ports, customer, id, 0);
    ports.messages.length = 0;
    expect(await due()).toMatchObject({ resumed: 0 });
    ports.clock.advance(20 * 60_000);
    expect(await due()).toMatchObject({ resumed: 1 });
    expect(await due()).toMatchObject({ resumed: 0 });
    await deliver(ports);
    expect(await readRun(ports.store, customer, id)).toMatchObject({ state: 'done' });
    await expectTrue();
  });

  it('does not ask for the sync of a customer who must authorize again', async () => {
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
  it('are all asked for in one pass, and none of them fails another', async () => {
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
    expect(done).toEqual({ requested: 0, resumed: 1, skipped: 700, failed: 0, ended: 'done' });
    expect(ports.messages.filter(({ data }) => data.purge)).toHaveLength(700);
    expect(await requestDueSyncs(ports, 0)).toMatchObject({ skipped: 0, ended: 'out_of_time' });
  });
});

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

  it('leaves nothing, even with a sync under way', async () => {
    const { id } = await requestSync(ports, customer);
    const { people: page } = ports.webex;
    ports.webex.people = async (access, request) => {
      const found = await page(access, request);
      if (request.cursor) {
        ports.webex.people = page;
        await deleteRecord();
        await purgeCustomer(ports, customer);
      }
      return found;
    };
    expect(await runSync(ports, customer, id)).toBeUndefined();
    expect(await left()).toBe(0);
  });

  it('is cleared away over several messages', async () => {
    await syncNow(ports, customer);
    await deleteRecord();
    ports.messages.length = 0;
    await purgeCustomer(ports, customer, 0);
    expect(ports.messages.map(({ data }) => data)).toEqual([{ customer, purge: true }]);
    await purgeCustomer(ports, customer);
    expect(await left()).toBe(0);
  });

  it('is cleared away when a request has crossed the deletion', async () => {
    const { id } = await requestSync(ports, customer);
    await deleteRecord();
    expect(await runSync(ports, customer, id)).toBeUndefined();
    expect(await left()).toBe(0);
  });
});

describe('the change feed', () => {
  it('brings every change to a reader who polls while a sync runs', async () => {
    const reader = feedReader(ports, customer);
    const { commit } = ports.store;
    ports.store.commit = async (writes) => {
      const versions = await commit(writes);
      await reader.read(7);
      return versions;
    };
    await syncNow(ports, customer);
    webex.control.people({ orgId: acme.id, churn: { seed: 5, add: 6, change: 30, remove: 5 } });
    await syncNow(ports, customer);
    ports.store.commit = commit;
    expect(differences(await storedNow(ports.store, customer), reader.copy)).toEqual([]);
    expect(reader.problems).toEqual([]);
  });
});
