/**
 * The fence of a run: the head's version is the fencing token of every commit. A second worker, a message delivered twice or
 * a deleted customer makes the next commit fail with `conflict`, and none of its writes happen.
 */

import { codeOf } from '../domain/failure.ts';
import { type SyncHead, withLease } from '../domain/sync-head.ts';
import type { Ports, Stored } from '../ports.ts';
import { commitDecision, type Decision } from '../storage/transact.ts';

/** The writes of a commit besides the head. */
type Effects = Partial<Decision>;

export interface Fence {
  /** As last committed by this run. */
  readonly head: SyncHead;
  /** The worker's unique id. */
  readonly owner: string;
  /**
   * Commits a change of the head together with other writes, and renews the lease.
   * @throws Failure `conflict` when another worker has taken over or the customer was deleted
   */
  commit(change: Partial<SyncHead>, effects?: Effects): Promise<void>;
  /**
   * Commits the head that `decide` returns, for a decision on documents that others may change. On a conflict with such a
   * change it decides again.
   * @throws Failure as `commit`, and what `decide` throws
   */
  commitDecided(decide: () => Promise<Effects & { head: SyncHead }>): Promise<void>;
}

/** Commits that may lose against another flow before the worker gives up. */
const maxTries = 12;

/** @param stored the head under this worker's lease */
export function createFence(ports: Ports, stored: Stored<SyncHead>): Fence {
  let { data: head, version } = stored;
  const owner = head.lease!.owner;

  async function commitDecided(decide: () => Promise<Effects & { head: SyncHead }>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const { head: next, writes = [], ...effects } = await decide();
      try {
        const write = { set: stored.path, data: next, if: { version } };
        const [newVersion] = await commitDecision(ports, { ...effects, writes: [write, ...writes] });
        [head, version] = [next, newVersion!];
        return;
      } catch (error) {
        if (codeOf(error) !== 'conflict' || attempt === maxTries) throw error;
        const read = await ports.store.get<SyncHead>(stored.path);
        const lease = read?.data.lease;
        if (!read || lease?.owner !== owner || lease.commits !== head.lease?.commits) throw error;
        // The head is as this worker left it: a flow has named it in a commit, or has changed another document.
        version = read.version;
      }
    }
  }

  return {
    get head() {
      return head;
    },
    owner,
    commit: (change, effects = {}) =>
      commitDecided(async () => ({ ...effects, head: withLease({ ...head, ...change }, owner, ports.clock.now()) })),
    commitDecided,
  };
}
