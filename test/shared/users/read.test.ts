import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { day } from '../../../shared/domain/time.ts';
import type { Position } from '../../../shared/storage/pages.ts';
import { readChanges, searchUsers } from '../../../shared/users/read.ts';
import { differences, feedReader, storedNow, syncNow } from '../../support/sync-drive.ts';
import { type SyncWorld, startSyncWorld, umbrella } from '../../support/sync-world.ts';

let world: SyncWorld;
let { webex, ports, customer } = {} as SyncWorld;
beforeEach(async () => {
  world = await startSyncWorld({ organization: umbrella });
  ({ webex, ports, customer } = world);
  await syncNow(ports, customer);
});
afterEach(() => world.close());

describe('searching users', () => {
  it('finds by the beginning of a name in any case, page by page', async () => {
    const wanted = world.people().filter(({ displayName }) => displayName.toLowerCase().startsWith('a'));
    expect(wanted.length).toBeGreaterThan(3);
    const found: string[] = [];
    let after: Position | undefined;
    do {
      const page = await searchUsers(ports.store, customer, { namePrefix: 'A', limit: 2, ...(after && { after }) });
      found.push(...page.users.map(({ id }) => id));
      after = page.next;
    } while (after);
    expect(found.toSorted()).toEqual(wanted.map(({ id }) => id).toSorted());
  });

  it('finds by address in any case, and by status', async () => {
    const someone = world.people()[40]!;
    const email = someone.emails[0]!.toUpperCase();
    const found = await searchUsers(ports.store, customer, { email, limit: 10 });
    expect(found.users.map(({ id }) => id)).toEqual([someone.id]);
    expect((await searchUsers(ports.store, customer, { email, namePrefix: '~', limit: 10 })).users).toEqual([]);
    const invited = await searchUsers(ports.store, customer, { status: 'invite_pending', limit: 100 });
    expect(invited.users.map(({ id }) => id).toSorted()).toEqual(
      world
        .people()
        .filter(({ invitePending }) => invitePending)
        .map(({ id }) => id)
        .toSorted(),
    );
  });

  it('does not find people who are gone', async () => {
    const someone = world.people()[40]!;
    webex.control.people({ orgId: umbrella.id, remove: [someone.id] });
    await syncNow(ports, customer);
    expect((await searchUsers(ports.store, customer, { email: someone.emails[0]!, limit: 10 })).users).toEqual([]);
    const all = await searchUsers(ports.store, customer, { limit: 500 });
    expect(all.users).toHaveLength(119);
  });
});

describe('the change feed', () => {
  it('continues from its cursor with changes and tombstones only', async () => {
    let { cursor } = await readChanges(ports, customer, undefined, 500);
    expect(await readChanges(ports, customer, cursor, 500)).toMatchObject({ users: [], more: false });
    const { removed, changed, added } = webex.control.people({
      orgId: umbrella.id,
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

  it('refuses a cursor that is older than the tombstones', async () => {
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

  it('delivers every change to a reader who polls while a sync runs', async () => {
    const reader = feedReader(ports, customer);
    ports.store.afterNext('commit', () => reader.read(7), { times: 'always' });
    webex.control.people({ orgId: umbrella.id, churn: { seed: 4, add: 3, change: 20, remove: 2 } });
    await syncNow(ports, customer);
    webex.control.people({ orgId: umbrella.id, churn: { seed: 5, add: 6, change: 30, remove: 5 } });
    await syncNow(ports, customer);
    ports.store.heal();
    expect(differences(await storedNow(ports.store, customer), reader.copy)).toEqual([]);
    expect(reader.problems).toEqual([]);
  });
});
