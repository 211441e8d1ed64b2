import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/domain/failure.ts';
import type { Write } from '../../../shared/ports.ts';
import { catalogOf, feedOf, rosterOf, syncHeads, syncsOf, usersOf } from '../../../shared/storage/layout.ts';
import { syncOnePerson } from '../../../shared/sync/one-person.ts';
import { readChanges } from '../../../shared/users/read.ts';
import { engineName } from '../../support/engine.ts';
import { differences, storedNow, syncNow } from '../../support/sync-drive.ts';
import { type SyncWorld, startSyncWorld, umbrella } from '../../support/sync-world.ts';

type Documents = Map<string, object>;
/** A portal's copy of the users and the cursor to continue from. */
interface Reader {
  copy: Map<string, number>;
  cursor: string | undefined;
}

let world: SyncWorld;
let { webex, ports, customer } = {} as SyncWorld;
beforeEach(async () => {
  world = await startSyncWorld({ organization: umbrella, pageSize: 20 });
  ({ webex, ports, customer } = world);
});
afterEach(() => world.close());

const churn = (seed: number) =>
  webex.control.people({ orgId: umbrella.id, churn: { seed, add: 5, change: 20, remove: 4 } });

async function backUp(): Promise<Documents> {
  const documents: Documents = new Map();
  for (const collection of [
    usersOf(customer),
    rosterOf(customer),
    syncsOf(customer),
    feedOf(customer),
    catalogOf(customer),
    syncHeads,
  ]) {
    const found = await ports.store.query<object>({ collection, limit: 1000 });
    for (const { path, data } of found) documents.set(path, data);
  }
  return documents;
}

async function restore(backup: Documents): Promise<void> {
  const writes: Write[] = [
    ...[...(await backUp()).keys()].filter((path) => !backup.has(path)).map((path) => ({ delete: path })),
    ...[...backup].map(([path, data]) => ({ set: path, data })),
  ];
  for (let from = 0; from < writes.length; from += 400) await ports.store.commit(writes.slice(from, from + 400));
}

async function readOn({ copy, cursor }: Reader): Promise<Reader> {
  const next: Reader = { copy: new Map(copy), cursor };
  for (let more = true; more; ) {
    const changes = await readChanges(ports, customer, next.cursor, 50);
    for (const { id, hash, removedAt } of changes.users) {
      if (removedAt === undefined) next.copy.set(id, hash);
      else next.copy.delete(id);
    }
    ({ more, cursor: next.cursor } = changes);
  }
  return next;
}

/** What is wrong with the copy after further reads; nothing when the reader is asked to start again. */
async function faults(reader: Reader): Promise<string[]> {
  try {
    return differences(await storedNow(ports.store, customer), (await readOn(reader)).copy);
  } catch (error) {
    return codeOf(error) === 'cursor_expired' ? [] : [String(error)];
  }
}

describe(`the change feed, on ${engineName},`, () => {
  it('after a restore gives a reader everything, or tells them to start again', async () => {
    await syncNow(ports, customer);
    const backup = await backUp();
    churn(1);
    await syncNow(ports, customer);
    const reader = await readOn({ copy: new Map(), cursor: undefined });
    await restore(backup);
    await expect(readOn(reader)).rejects.toMatchObject({ code: 'cursor_expired' });
    churn(2);
    await syncNow(ports, customer);
    await expect(readOn(reader)).rejects.toMatchObject({ code: 'cursor_expired' });
    // New revisions pass the reader's.
    churn(3);
    await syncNow(ports, customer);
    await expect(readOn(reader)).rejects.toMatchObject({ code: 'cursor_expired' });
    expect(await faults({ copy: new Map(), cursor: undefined })).toEqual([]);
  });

  it('stays valid for a reader who had read no further than the backup', async () => {
    await syncNow(ports, customer);
    const reader = await readOn({ copy: new Map(), cursor: undefined });
    const backup = await backUp();
    churn(1);
    await syncNow(ports, customer);
    await restore(backup);
    churn(2);
    await syncNow(ports, customer);
    const { copy } = await readOn(reader);
    expect(differences(await storedNow(ports.store, customer), copy)).toEqual([]);
  });

  it('is exact for every pair of commits after which a backup was made and a cursor was read', async () => {
    await syncNow(ports, customer);
    const backups: Documents[] = [];
    const readers: Reader[] = [];
    const start = await readOn({ copy: new Map(), cursor: undefined });
    ports.store.afterNext(
      'commit',
      async () => {
        backups.push(await backUp());
        readers.push(await readOn(start));
      },
      { times: 'always', path: `${usersOf(customer)}/` },
    );
    churn(1);
    await syncNow(ports, customer);
    const [person] = world.people();
    webex.control.people({ orgId: umbrella.id, update: [{ id: person!.id, title: 'Chief' }] });
    await syncOnePerson(ports, customer, person!.id);
    ports.store.heal();
    expect(readers.length).toBeGreaterThanOrEqual(3);
    for (const [index, backup] of backups.entries()) {
      await restore(backup);
      ports.clock.advance(86_400_000);
      churn(10 + index);
      await syncNow(ports, customer);
      for (const reader of readers) expect(await faults(reader)).toEqual([]);
    }
  });

  it('does not take the cursor of another customer', async () => {
    await syncNow(ports, customer);
    const { cursor } = await readOn({ copy: new Map(), cursor: undefined });
    await expect(readChanges(ports, 'another-customer', cursor, 10)).rejects.toMatchObject({
      code: 'cursor_expired',
    });
  });
});
