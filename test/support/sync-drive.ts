/** Drives syncs in tests as the queue would, and compares the stored users with the organization. */

import { codeOf } from '../../shared/domain/failure.ts';
import { chunkIds, type RosterChunk, rosterFromLog } from '../../shared/domain/roster.ts';
import type { SyncHead } from '../../shared/domain/sync-head.ts';
import type { SyncRun } from '../../shared/domain/sync-run.ts';
import { hashOf, type Tombstone, type User } from '../../shared/domain/user.ts';
import type { Ports, Store, WebexAccess } from '../../shared/ports.ts';
import { rosterOf, syncHeadPath, syncsOf, usersOf } from '../../shared/storage/layout.ts';
import { requestSync } from '../../shared/sync/request.ts';
import { runSync } from '../../shared/sync/run.ts';
import { requestDueSyncs } from '../../shared/sync/schedule.ts';
import { readChanges } from '../../shared/users/read.ts';
import type { TestPorts } from './ports.ts';

/** The run as it is stored. */
export async function readRun(store: Store, customer: string, id: string): Promise<SyncRun> {
  return (await store.get<SyncRun>(`${syncsOf(customer)}/${id}`))!.data;
}

export async function readHead(store: Store, customer: string): Promise<SyncHead> {
  return (await store.get<SyncHead>(syncHeadPath(customer)))!.data;
}

/**
 * Delivers the messages of the sync topic, again when a delivery throws, until there are none.
 * @returns how many it delivered
 */
export async function deliver(ports: TestPorts, budgetMs?: number, most = 50): Promise<number> {
  let delivered = 0;
  for (let left = most; left > 0; left--) {
    const index = ports.messages.findIndex(({ topic }) => topic === ports.settings.syncTopic);
    if (index < 0) return delivered;
    const [message] = ports.messages.splice(index, 1);
    const { customer, sync } = message!.data as { customer: string; sync: string };
    delivered += 1;
    await runSync(ports, customer, sync, budgetMs).catch((error) => {
      if (codeOf(error) === 'internal') throw error;
      ports.messages.push(message!);
      // As long as the queue waits at most before it delivers again.
      ports.clock.advance(10 * 60_000);
    });
  }
  throw new Error('The messages do not end.');
}

/** A sync from the request to its end, with the pauses that Webex asks for. */
export async function syncNow(ports: TestPorts, customer: string, by?: string): Promise<SyncRun> {
  const { id } = await requestSync(ports, customer, by);
  await deliver(ports);
  for (let pauses = 0; pauses < 20; pauses++) {
    const { pausedUntil } = await readHead(ports.store, customer);
    if (!pausedUntil) break;
    await endPause(ports, pausedUntil);
    await deliver(ports);
  }
  return readRun(ports.store, customer, id);
}

/** Lets a pause pass, and the scheduled pass that resumes the run. */
export async function endPause(ports: TestPorts, pausedUntil: number): Promise<void> {
  ports.clock.advance(Math.max(0, pausedUntil - ports.clock.now()));
  await requestDueSyncs(ports, ports.clock.now() + 60_000);
}

/** Works on the customer's run, if it has one, as the queue does when it delivers the message of a killed worker again. */
export async function finishRun(ports: TestPorts, customer: string): Promise<void> {
  for (let deliveries = 0; deliveries < 50; deliveries++) {
    const head = await ports.store.get<SyncHead>(syncHeadPath(customer));
    if (!head?.data.run) return;
    ports.clock.advance(Math.max(10 * 60_000, (head.data.pausedUntil ?? 0) - ports.clock.now()));
    await runSync(ports, customer, head.data.run.id).catch((error) => {
      if (codeOf(error) === 'internal') throw error;
    });
  }
  throw new Error('The run does not end.');
}

/** All people of the organization at Webex: person → hash. */
export async function organizationNow(
  webex: Ports['webex'],
  access: WebexAccess,
  orgId: string,
): Promise<Map<string, number>> {
  const people = new Map<string, number>();
  let cursor: string | undefined;
  do {
    const page = await webex.people(access, { orgId, max: 1000, ...(cursor && { cursor }) });
    for (const person of page.people) people.set(person.id, hashOf(person));
    cursor = page.next;
  } while (cursor);
  return people;
}

/** Every stored user and tombstone. */
export async function allUsers(store: Store, customer: string): Promise<(User | Tombstone)[]> {
  const users: (User | Tombstone)[] = [];
  while (true) {
    const last = users.at(-1);
    const page = await store.query<User | Tombstone>({
      collection: usersOf(customer),
      ...(last && { after: { id: last.id } }),
      limit: 1000,
    });
    users.push(...page.map(({ data }) => data));
    if (page.length < 1000) return users;
  }
}

/** The present people by the user documents: person → hash. */
export async function storedNow(store: Store, customer: string): Promise<Map<string, number>> {
  const users = await allUsers(store, customer);
  return new Map(users.filter((user) => user.removedAt === undefined).map(({ id, hash }) => [id, hash]));
}

/** The present people by the roster: person → hash. */
export async function rosterNow(store: Store, customer: string): Promise<Map<string, number>> {
  const head = await readHead(store, customer);
  const paths = chunkIds(head.roster).map((id) => `${rosterOf(customer)}/${id}`);
  const roster = rosterFromLog((await store.getMany<RosterChunk>(paths)).map((chunk) => chunk!.data));
  return new Map(roster.unseen().map((person) => [person, roster.hash(person)!]));
}

/** A reader of the change feed who keeps a copy. */
export function feedReader(ports: Pick<Ports, 'store' | 'clock'>, customer: string) {
  const copy = new Map<string, number>();
  const problems: string[] = [];
  /** The people whose tombstone it has ever received. */
  const removed = new Set<string>();
  let cursor: string | undefined;
  let revision = 0;
  return {
    copy,
    problems,
    removed,
    async read(limit = 100): Promise<void> {
      let more = true;
      while (more) {
        const changes = await readChanges(ports, customer, cursor, limit);
        for (const user of changes.users) {
          if (user.revision <= revision) problems.push(`revision ${user.revision} after ${revision}`);
          revision = user.revision;
          if (user.removedAt === undefined) copy.set(user.id, user.hash);
          else {
            copy.delete(user.id);
            removed.add(user.id);
          }
        }
        cursor = changes.cursor;
        more = changes.more;
      }
    },
  };
}

/** The differences between two maps of people. */
export function differences(expected: Map<string, number>, found: Map<string, number>): string[] {
  return [
    ...[...expected]
      .filter(([id, hash]) => found.get(id) !== hash)
      .map(([id]) => `${found.has(id) ? 'stale' : 'missing'} ${id}`),
    ...[...found.keys()].filter((id) => !expected.has(id)).map((id) => `surplus ${id}`),
  ];
}
