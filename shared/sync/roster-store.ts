/** The roster of a run: loaded into memory once, and committed as lines of its log together with the users they stand for. */

import { Failure } from '../domain/failure.ts';
import {
  chunkIds,
  extendedLog,
  isCompactionDue,
  newRoster,
  type Roster,
  type RosterChunk,
  rosterFromLog,
} from '../domain/roster.ts';
import type { SyncCounts } from '../domain/sync-run.ts';
import { day } from '../domain/time.ts';
import type { Tombstone, User } from '../domain/user.ts';
import type { Write } from '../ports.ts';
import { rosterOf, usersOf } from '../storage/layout.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { RunContext } from './context.ts';
import type { Fence } from './fence.ts';

/** A document holds 250 KB, so ten fit into one read and one commit. */
const chunksAtOnce = 10;

export interface RosterStore {
  readonly fence: Fence;
  readonly roster: Roster;
  /**
   * Loads the roster, with the people who had been seen at the checkpoint.
   * @throws Failure `internal` when a document of the log is missing: nothing may be concluded from the rest
   */
  load(checkpoint: Checkpoint | undefined): Promise<void>;
  /**
   * Commits users with their lines of the log.
   * @throws Failure as the fence's `commit`
   */
  append(batch: UserBatch): Promise<void>;
}

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

export function createRosterStore({ ports, customer }: RunContext, fence: Fence): RosterStore {
  let roster = newRoster();
  /** The text of the log's last document. */
  let lastChunk = '';
  const pathOf = (chunkId: string) => `${rosterOf(customer.id)}/${chunkId}`;

  async function readChunks(): Promise<RosterChunk[]> {
    const paths = chunkIds(fence.head.roster).map(pathOf);
    const chunks: RosterChunk[] = [];
    for (let from = 0; from < paths.length; from += chunksAtOnce) {
      for (const chunk of await ports.store.getMany<RosterChunk>(paths.slice(from, from + chunksAtOnce))) {
        if (!chunk) throw new Failure('internal', 'The roster is not complete.');
        chunks.push(chunk.data);
      }
    }
    return chunks;
  }

  /** Writes the log again under the next generation. The old log is valid until the last commit, which deletes it. */
  async function compact(): Promise<void> {
    const old = fence.head.roster;
    const fresh = { generation: old.generation + 1, entries: 0, people: roster.size };
    const { entries, last, chunks } = extendedLog(fresh, '', roster.currentLines(Math.floor(ports.clock.now() / day)));
    for (let from = 0; from < chunks.length; from += chunksAtOnce) {
      const part = chunks.slice(from, from + chunksAtOnce);
      await fence.commit({}, { writes: part.map(({ id, data }): Write => ({ set: pathOf(id), data })) });
    }
    const deletions = chunkIds(old).map((id): Write => ({ delete: pathOf(id) }));
    await fence.commit({ roster: { ...fresh, entries } }, { writes: deletions });
    lastChunk = last;
  }

  return {
    fence,
    get roster() {
      return roster;
    },

    async load(checkpoint) {
      const chunks = await readChunks();
      roster = rosterFromLog(chunks, checkpoint);
      lastChunk = chunks.at(-1)?.entries ?? '';
      // A checkpoint names places in the log, so the log stays as it is.
      if (!checkpoint && isCompactionDue(fence.head.roster)) await compact();
    },

    async append({ users, lines, people, counts }) {
      const { revision, roster: log, run } = fence.head;
      const extended = extendedLog(log, lastChunk, lines);
      const change = {
        revision: revision + users.length,
        roster: { ...log, entries: extended.entries, people: log.people + people },
        run: { id: run!.id, counts },
      };
      const writes = [
        ...users.map((data): Write => ({ set: `${usersOf(customer.id)}/${data.id}`, data })),
        ...extended.chunks.map(({ id, data }): Write => ({ set: pathOf(id), data })),
      ];
      await fence.commit(change, { writes });
      lastChunk = extended.last;
    },
  };
}
