import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWebex, type WebexServer } from '../../../local/webex/server.ts';
import { day } from '../../../shared/domain/time.ts';
import { rosterOf } from '../../../shared/storage/layout.ts';
import { syncOnePerson } from '../../../shared/sync/one-person.ts';
import { requestSync } from '../../../shared/sync/request.ts';
import { withAccessToken } from '../../../shared/tokens/access-token.ts';
import { readChanges, searchUsers } from '../../../shared/users/read.ts';
import { frozenClock } from '../../support/clock.ts';
import { connectedCustomer, type TestPorts, testPorts } from '../../support/ports.ts';
import {
  deliver,
  differences,
  organizationNow,
  readHead,
  rosterNow,
  storedNow,
  syncNow,
} from '../../support/sync-drive.ts';

const organization = { id: '0f0e0d0c-0b0a-4908-8706-050403020100', name: 'Umbrella', people: 120 };
const orgId = organization.id;
let webex: WebexServer;
let ports: TestPorts;
let customer: string;

async function start(people = organization.people): Promise<void> {
  const clock = frozenClock();
  webex = await startWebex({ now: clock.now, organizations: [{ ...organization, people }] });
  ports = testPorts(webex, { clock });
  customer = await connectedCustomer(ports, webex, organization);
  await syncNow(ports, customer);
}
const stop = async () => {
  await ports.store.close();
  await webex.close();
};
beforeEach(() => start());
afterEach(stop);

const people = () => [...webex.control.peopleList(orgId)];
const different = async () => {
  const truth = await withAccessToken(ports, customer, (access) => organizationNow(ports.webex, access, orgId));
  return [
    ...differences(truth, await storedNow(ports.store, customer)),
    ...differences(truth, await rosterNow(ports.store, customer)),
  ];
};

describe('one person', () => {
  it('is added, changed, left alone and brought back', async () => {
    const one = async (id: string) => (await syncOnePerson(ports, customer, id)).outcome;
    const [id] = webex.control.people({ orgId, add: 1 }).added as [string];
    expect(await one(id)).toBe('added');
    expect(await one(id)).toBe('unchanged');
    webex.control.people({ orgId, update: [{ id, title: 'Chief' }] });
    expect(await one(id)).toBe('changed');
    webex.control.people({ orgId, remove: [id] });
    expect(await one(id)).toBe('not_found');
    expect((await storedNow(ports.store, customer)).has(id)).toBe(true);
    await syncNow(ports, customer);
    expect((await storedNow(ports.store, customer)).has(id)).toBe(false);
    webex.control.people({ orgId, upsert: [{ id }] });
    expect(await one(id)).toBe('returned');
    expect(await different()).toEqual([]);
    expect((await syncNow(ports, customer)).counts).toMatchObject({ unchanged: 121, added: 0, changed: 0 });
  });

  it('waits while everybody is synced', async () => {
    const someone = people()[5]!;
    webex.control.people({ orgId, update: [{ id: someone.id, title: 'Chief' }] });
    await requestSync(ports, customer);
    await expect(syncOnePerson(ports, customer, someone.id)).rejects.toMatchObject({ code: 'busy' });
    await deliver(ports);
    expect(await syncOnePerson(ports, customer, someone.id)).toMatchObject({ outcome: 'unchanged' });
  });
});

describe('searching users', () => {
  it('finds by the beginning of a name, whatever its case, page by page', async () => {
    const wanted = people().filter(({ displayName }) => displayName.toLowerCase().startsWith('a'));
    expect(wanted.length).toBeGreaterThan(3);
    const found: string[] = [];
    let after: { value: string; id: string } | undefined;
    do {
      const page = await searchUsers(ports.store, customer, { namePrefix: 'A', limit: 2, ...(after && { after }) });
      found.push(...page.users.map(({ id }) => id));
      after = page.next;
    } while (after);
    expect(found.toSorted()).toEqual(wanted.map(({ id }) => id).toSorted());
  });

  it('finds by address, whatever its case, and by status', async () => {
    const someone = people()[40]!;
    const email = someone.emails[0]!.toUpperCase();
    const found = await searchUsers(ports.store, customer, { email, limit: 10 });
    expect(found.users.map(({ id }) => id)).toEqual([someone.id]);
    expect((await searchUsers(ports.store, customer, { email, namePrefix: '~', limit: 10 })).users).toEqual([]);
    const invited = await searchUsers(ports.store, customer, { status: 'invite_pending', limit: 100 });
    expect(invited.users.map(({ id }) => id).toSorted()).toEqual(
      people()
        .filter(({ invitePending }) => invitePending)
        .map(({ id }) => id)
        .toSorted(),
    );
  });

  it('does not find who is gone', async () => {
    const someone = people()[40]!;
    webex.control.people({ orgId, remove: [someone.id] });
    await syncNow(ports, customer);
    expect((await searchUsers(ports.store, customer, { email: someone.emails[0]!, limit: 10 })).users).toEqual([]);
    const all = await searchUsers(ports.store, customer, { limit: 500 });
    expect(all.users).toHaveLength(119);
  });
});

describe('the change feed', () => {
  it('goes on from its cursor with changes and tombstones only', async () => {
    let { cursor } = await readChanges(ports, customer, undefined, 500);
    expect(await readChanges(ports, customer, cursor, 500)).toMatchObject({ users: [], more: false });
    const { removed, changed, added } = webex.control.people({
      orgId,
      churn: { seed: 2, add: 2, change: 3, remove: 2 },
    });
    await syncNow(ports, customer);
    const seen: string[] = [];
    for (let more = true; more; ) {
      const changes = await readChanges(ports, customer, cursor, 2);
      seen.push(...changes.users.map(({ id, removedAt }) => `${removedAt ? 'gone ' : ''}${id}`));
      ({ cursor, more } = changes);
    }
    expect(seen.toSorted()).toEqual([...added, ...changed, ...removed.map((id) => `gone ${id}`)].toSorted());
  });

  it('refuses a cursor from before what may be forgotten', async () => {
    const { cursor } = await readChanges(ports, customer, undefined, 500);
    const half = await readChanges(ports, customer, undefined, 10);
    ports.clock.advance(89 * day);
    const fresh = await readChanges(ports, customer, cursor, 500);
    ports.clock.advance(day);
    for (const old of [cursor, half.cursor]) {
      await expect(readChanges(ports, customer, old, 10)).rejects.toMatchObject({ code: 'cursor_expired' });
    }
    expect(await readChanges(ports, customer, fresh.cursor, 10)).toMatchObject({ users: [], more: false });
  });
});

describe('the log of the roster', () => {
  it('is written anew when much of it is out of date, and says the same', async () => {
    await stop();
    await start(4_000);
    webex.control.people({ orgId, churn: { seed: 1, add: 0, change: 2_500, remove: 0 } });
    await syncNow(ports, customer);
    expect((await readHead(ports.store, customer)).roster).toMatchObject({ generation: 0, entries: 6_500 });
    expect((await syncNow(ports, customer)).counts).toMatchObject({ unchanged: 4_000 });
    expect((await readHead(ports.store, customer)).roster).toEqual({ generation: 1, entries: 4_000, people: 4_000 });
    const documents = await ports.store.query({ collection: rosterOf(customer), limit: 10 });
    expect(documents.map(({ path }) => path)).toEqual([`${rosterOf(customer)}/1-0`]);
    expect(await different()).toEqual([]);
    expect((await syncNow(ports, customer)).counts).toMatchObject({ unchanged: 4_000 });
  });
});
