/** The roster of a run: loaded into memory once, and committed as lines of its log together with the users they stand for. */

import { pastWriter } from '../domain/change-feed.ts';
import { Failure } from '../domain/failure.ts';
import { chunkIds, extendedLog, isCompactionDue, Roster, type RosterChunk, rosterFromLog } from '../domain/roster.ts';
import type { SyncCounts } from '../domain/sync-run.ts';
import { day } from '../domain/time.ts';
import type { Tombstone, User } from '../domain/user.ts';
import type { Ports, Write } from '../ports.ts';
import { feedOf, rosterOf, usersOf } from '../storage/layout.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { RunContext } from './context.ts';
import type { Fence } from './fence.ts';

/** A document holds 250 KB, so ten fit into one read and one commit. */
const chunksAtOnce = 10;

/** Users and tombstones for one commit. */
export interface UserBatch {
  /** Their revisions follow the head's. */
  users: (User | Tombstone)[];
  /** The lines of the log. */
  lines: string[];
  /** How many people the commit adds; negative when it removes people. */
  people: number;
  /** The counts of the run after the commit. */
  counts: SyncCounts;
}

export class RosterStore {
  readonly fence: Fence;
  #roster = new Roster();
  /** The text of the log's last document. */
  #lastChunk = '';
  readonly #ports: Ports;
  readonly #customerId: string;

  constructor({ ports, customer }: RunContext, fence: Fence) {
    this.fence = fence;
    this.#ports = ports;
    this.#customerId = customer.id;
  }

  get roster(): Roster {
    return this.#roster;
  }

  /**
   * Loads the roster, with the people who had been seen at the checkpoint.
   * @throws Failure `internal` when a document of the log is missing: the rest does not say who is absent
   */
  async load(checkpoint: Checkpoint | undefined): Promise<void> {
    const chunks = await this.#readChunks();
    this.#roster = rosterFromLog(chunks, checkpoint);
    this.#lastChunk = chunks.at(-1)?.entries ?? '';
    // A checkpoint names places in the log, so the log stays as it is.
    if (!checkpoint && isCompactionDue(this.fence.head.roster)) await this.#compact();
  }

  /**
   * Commits users with their lines of the log.
   * @throws Failure as the fence's `commit`
   */
  async append({ users, lines, people, counts }: UserBatch): Promise<void> {
    const { head, owner } = this.fence;
    const log = extendedLog(head.roster, this.#lastChunk, lines);
    const change = {
      roster: { ...head.roster, entries: log.entries, people: head.roster.people + people },
      run: { id: head.run!.id, counts },
      ...(users.length > 0 && { revision: head.revision + users.length, writer: owner }),
    };
    const past = users.length > 0 ? pastWriter(head, owner, this.#ports.clock.now()) : undefined;
    const writes = [
      ...users.map((data): Write => ({ set: `${usersOf(this.#customerId)}/${data.id}`, data })),
      ...log.chunks.map(({ id, data }): Write => ({ set: this.#chunkPath(id), data })),
      ...(past ? [{ set: `${feedOf(this.#customerId)}/${past.id}`, data: past.data }] : []),
    ];
    await this.fence.commit(change, { writes });
    this.#lastChunk = log.last;
  }

  async #readChunks(): Promise<RosterChunk[]> {
    const paths = chunkIds(this.fence.head.roster).map((id) => this.#chunkPath(id));
    const chunks: RosterChunk[] = [];
    for (let from = 0; from < paths.length; from += chunksAtOnce) {
      for (const chunk of await this.#ports.store.getMany<RosterChunk>(paths.slice(from, from + chunksAtOnce))) {
        if (!chunk) throw new Failure('internal', 'The roster is not complete.');
        chunks.push(chunk.data);
      }
    }
    return chunks;
  }

  /** Writes the log again under the next generation. The old log is valid until the last commit, which deletes it. */
  async #compact(): Promise<void> {
    const old = this.fence.head.roster;
    const fresh = { generation: old.generation + 1, entries: 0, people: this.#roster.size };
    const lines = this.#roster.currentLines(Math.floor(this.#ports.clock.now() / day));
    const { entries, last, chunks } = extendedLog(fresh, '', lines);
    for (let from = 0; from < chunks.length; from += chunksAtOnce) {
      const part = chunks.slice(from, from + chunksAtOnce);
      await this.fence.commit({}, { writes: part.map(({ id, data }): Write => ({ set: this.#chunkPath(id), data })) });
    }
    const deletions = chunkIds(old).map((id): Write => ({ delete: this.#chunkPath(id) }));
    await this.fence.commit({ roster: { ...fresh, entries } }, { writes: deletions });
    this.#lastChunk = last;
  }

  #chunkPath(chunkId: string): string {
    return `${rosterOf(this.#customerId)}/${chunkId}`;
  }
}
