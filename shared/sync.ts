/** Makes a customer's stored users match its Webex organization: scan → compare with the roster → commit what differs. */

import { withAccess } from './access.ts';
import { commitDecision } from './commit.ts';
import { codeOf, Failure } from './domain/failure.ts';
import { customerPath, directoryPath, eventsOf, rosterOf, syncsOf, usersOf } from './domain/paths.ts';
import type { Person } from './domain/person.ts';
import { pack, type Roster, type RosterShard, shardCount, shardOf, unpack } from './domain/roster.ts';
import { type Directory, mayRemove, noCounts, type SyncRun } from './domain/sync.ts';
import { hashOf, tombstone, toUser, type User } from './domain/user.ts';
import { newId, publish, recorded } from './events.ts';
import type { Outside, Store, Stored, Write } from './ports.ts';

type Parts = Pick<Outside, 'store' | 'sealer' | 'queue' | 'webex' | 'clock' | 'log' | 'settings'>;

/** Users in one commit, beside the shards they touch and the head. */
const usersPerCommit = 300;
/** As many ids as Webex takes in one `id=`. */
const idsPerRequest = 85;

/** A message of the topic: a run to do, or a deleted customer to clear away. */
export type SyncMessage = { customer: string; sync: string } | { customer: string; remove: true };

/**
 * Asks for a sync; while one is asked for or under way, joins it.
 * @throws Failure `not_found`
 */
export async function requestSync(outside: Parts, customerId: string, by?: string): Promise<SyncRun> {
  const { store, clock, queue, settings } = outside;
  const { run, joined } = await commitDecision(outside, async () => {
    const directory = await store.get<Directory>(directoryPath(customerId));
    const current = directory?.data.runId
      ? await store.get<SyncRun>(`${syncsOf(customerId)}/${directory.data.runId}`)
      : undefined;
    if (current) return { writes: [], result: { run: current.data, joined: true } };
    const now = clock.now();
    const run: SyncRun = {
      id: newId(now),
      customerId,
      state: 'queued',
      askedAt: now,
      counts: noCounts,
      ...(by && { by }),
    };
    const head = { customerId, revision: 0, shards: 1, ...directory?.data, runId: run.id };
    const writes: Write[] = [
      { set: directoryPath(customerId), data: head, if: directory ? { version: directory.version } : 'absent' },
      { set: `${syncsOf(customerId)}/${run.id}`, data: run, if: 'absent' },
    ];
    return { writes, result: { run, joined: false } };
  });
  if (!joined || run.state === 'queued')
    await queue.publish(settings.syncTopic, { data: { customer: customerId, sync: run.id } });
  return run;
}

/**
 * Does the run that the message names; a run that has ended, or is another's, is left alone.
 * Ends the run as `failed` for what no retry can cure.
 * @throws Failure what a retry of the message can cure
 */
export async function runSync(outside: Parts, customerId: string, syncId: string): Promise<SyncRun | undefined> {
  const { store, clock, log } = outside;
  const path = `${syncsOf(customerId)}/${syncId}`;
  const [head, run] = await Promise.all([store.get<Directory>(directoryPath(customerId)), store.get<SyncRun>(path)]);
  if (!head || !run || head.data.runId !== syncId) return undefined;
  let current = { ...run.data, state: 'running' as SyncRun['state'], startedAt: run.data.startedAt ?? clock.now() };
  await store.commit([{ set: path, data: current }]);
  try {
    const sync = new DirectorySync(outside, head);
    await sync.load();
    const progress = async () => {
      current = { ...current, counts: { ...sync.counts } };
      await store.commit([{ set: path, data: current }]);
    };
    await sync.scan(progress);
    await sync.remove();
    current = {
      ...current,
      state: 'done',
      endedAt: clock.now(),
      counts: sync.counts,
      ...(sync.held.length && { held: sync.held }),
    };
    await sync.end(path, current);
    log.info('users_synced', { customer: customerId, sync: syncId, ...sync.counts });
    return current;
  } catch (error) {
    const curable = [
      'webex_unavailable',
      'webex_rate_limited',
      'store_unavailable',
      'conflict',
      'busy',
      'queue_unavailable',
    ];
    if (curable.includes(codeOf(error))) throw error;
    const failure =
      error instanceof Failure ? error : new Failure('internal', 'The sync failed.', { cause: String(error) });
    log.error('sync_failed', { customer: customerId, sync: syncId, code: failure.code, ...failure.facts });
    const fault = {
      code: failure.code,
      message: failure.message,
      ...(failure.facts.trackingId && { trackingId: failure.facts.trackingId }),
    };
    current = { ...current, state: 'failed', endedAt: clock.now(), fault };
    await commitDecision(outside, async () => {
      const read = await store.get<Directory>(directoryPath(customerId));
      if (!read) return { writes: [], result: undefined };
      const { runId: _runId, ...idle } = read.data;
      const record = recorded([{ type: 'sync_failed', facts: { code: fault.code } }], { customerId, now: clock.now() });
      const end: Write = { set: read.path, data: idle, if: { version: read.version } };
      return { writes: [end, { set: path, data: current }, ...record.writes], result: undefined };
    });
    return current;
  }
}

/** The state of one run in memory: the roster as stored, who was seen, and the head that orders every commit. */
class DirectorySync {
  readonly counts = { ...noCounts };
  held: string[] = [];
  readonly #outside: Parts;
  readonly #roster: Roster = new Map();
  readonly #seen = new Set<string>();
  #head: Stored<Directory>;
  #known = 0;

  constructor(outside: Parts, head: Stored<Directory>) {
    this.#outside = outside;
    this.#head = head;
  }

  get #customerId(): string {
    return this.#head.data.customerId;
  }

  async load(): Promise<void> {
    const names = Array.from(
      { length: this.#head.data.shards },
      (_, shard) => `${rosterOf(this.#customerId)}/${shard}`,
    );
    for (const shard of await this.#outside.store.getMany<RosterShard>(names))
      if (shard) unpack(shard.data, this.#roster);
    this.#known = this.#roster.size;
  }

  /** Pages through the organization; each page is committed while the next is fetched. */
  async scan(progress: () => Promise<void>): Promise<void> {
    const { webex, settings } = this.#outside;
    const fetch = (cursor?: string) =>
      withAccess(this.#outside, this.#customerId, (access) =>
        webex.people(access, {
          orgId: access.customer.accountNumber,
          max: settings.pageSize,
          ...(cursor && { cursor }),
        }),
      );
    const visited = new Set<string>();
    let page = await fetch();
    while (true) {
      if (page.next && visited.has(page.next))
        throw new Failure('webex_unexpected', 'Webex sends the scan in a circle.');
      if (page.next) visited.add(page.next);
      const following = page.next ? fetch(page.next) : undefined;
      following?.catch(() => {});
      await this.#apply(page.people);
      if (!following) return;
      await progress();
      page = await following;
    }
  }

  async #apply(people: Person[]): Promise<void> {
    const fresh = people.filter(({ id }) => !this.#seen.has(id));
    const differing: { person: Person; hash: string }[] = [];
    for (const person of new Map(fresh.map((each) => [each.id, each])).values()) {
      this.#seen.add(person.id);
      this.counts.scanned += 1;
      const [hash, known] = [hashOf(person), this.#roster.get(person.id)];
      if (hash === known) this.counts.unchanged += 1;
      else differing.push({ person, hash });
      if (known === undefined) this.counts.added += 1;
      else if (hash !== known) this.counts.changed += 1;
    }
    for (let from = 0; from < differing.length; from += usersPerCommit) {
      await this.#commit(differing.slice(from, from + usersPerCommit), []);
    }
  }

  /** Removes who was not seen, if Webex confirms that they are gone and they are few enough; else holds them for a decision. */
  async remove(): Promise<void> {
    const { webex } = this.#outside;
    const absent = [...this.#roster.keys()].filter((id) => !this.#seen.has(id));
    const gone: string[] = [];
    for (let from = 0; from < absent.length; from += idsPerRequest) {
      const ids = absent.slice(from, from + idsPerRequest);
      const answer = await withAccess(this.#outside, this.#customerId, (access) => webex.peopleById(access, ids));
      await this.#apply(answer.people);
      gone.push(...answer.notFoundIds.filter((id) => ids.includes(id)));
    }
    if (!mayRemove(gone.length, this.#known)) {
      this.held = gone;
      this.counts.held = gone.length;
      return;
    }
    for (let from = 0; from < gone.length; from += usersPerCommit) {
      await this.#commit([], gone.slice(from, from + usersPerCommit));
    }
    this.counts.removed = gone.length;
  }

  /** Users, the shards that they touch and the head, all or nothing: revisions are given out in commit order. */
  async #commit(written: { person: Person; hash: string }[], removed: string[]): Promise<void> {
    const { store, clock } = this.#outside;
    let { revision } = this.#head.data;
    const writes: Write[] = written.map(({ person, hash }) => {
      revision += 1;
      this.#roster.set(person.id, hash);
      return { set: `${usersOf(this.#customerId)}/${person.id}`, data: toUser(person, hash, revision) };
    });
    const tombstones = await store.getMany<User>(removed.map((id) => `${usersOf(this.#customerId)}/${id}`));
    for (const user of tombstones) {
      if (!user) continue;
      revision += 1;
      this.#roster.delete(user.data.id);
      writes.push({ set: user.path, data: tombstone(user.data, revision, clock.now()) });
    }
    const shards = Math.max(this.#head.data.shards, shardCount(this.#roster.size));
    const touched = new Set(
      shards === this.#head.data.shards
        ? [...written.map(({ person }) => person.id), ...removed].map((id) => shardOf(id, shards))
        : Array.from({ length: shards }, (_, shard) => shard),
    );
    for (const [shard, data] of pack(this.#roster, shards, touched)) {
      writes.push({ set: `${rosterOf(this.#customerId)}/${shard}`, data });
    }
    const head = { ...this.#head.data, revision, shards };
    const versions = await store.commit([
      { set: this.#head.path, data: head, if: { version: this.#head.version } },
      ...writes,
    ]);
    this.#head = { ...this.#head, version: versions[0]!, data: head };
  }

  async end(path: string, run: SyncRun): Promise<void> {
    const { store, clock } = this.#outside;
    const { runId: _runId, ...idle } = this.#head.data;
    const { added, changed, removed, held } = this.counts;
    const record = recorded(
      [
        { type: 'users_synced', facts: { sync: run.id, added, changed, removed } },
        ...(held ? [{ type: 'removals_held' as const, facts: { sync: run.id, held } }] : []),
      ],
      { customerId: this.#customerId, now: clock.now() },
    );
    const head = { ...idle, lastSyncedAt: clock.now() };
    await store.commit([
      { set: this.#head.path, data: head, if: { version: this.#head.version } },
      { set: path, data: run },
      ...record.writes,
    ]);
    await publish(this.#outside, record.events);
  }
}

/** Clears away what a deleted customer has left behind; may be repeated, and goes on where it stopped. */
export async function removeRemains(store: Store, customerId: string): Promise<void> {
  if (await store.get(customerPath(customerId))) return;
  for (const collection of [usersOf, rosterOf, syncsOf, eventsOf].map((of) => of(customerId))) {
    while (true) {
      const found = await store.query({ collection, limit: 400 });
      if (found.length > 0) await store.commit(found.map(({ path }) => ({ delete: path })));
      if (found.length < 400) break;
    }
  }
  await store.commit([{ delete: directoryPath(customerId) }, { delete: `removals/${customerId}` }]);
}
