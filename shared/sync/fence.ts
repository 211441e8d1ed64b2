/**
 * The fence of a run: the head's version is the fencing token of every commit. A second worker, a message delivered twice or
 * a deleted customer makes the next commit fail with `conflict`, and nothing of it is written.
 */

import { type SyncHead, withLease } from '../domain/sync-head.ts';
import type { Ports, Stored } from '../ports.ts';
import { commitDecision, type Decision } from '../storage/transact.ts';

export interface Fence {
  /** As last committed by this run. */
  readonly head: SyncHead;
  /**
   * Commits a change of the head together with `decision`, and renews the lease.
   * @throws Failure `conflict` when another worker has taken over or the customer was deleted
   */
  commit(change: Partial<SyncHead>, decision?: Partial<Decision>): Promise<void>;
  /**
   * Commits `head` as it is, for a head that gives the lease back.
   * @throws Failure as `commit`
   */
  release(head: SyncHead, decision: Partial<Decision>): Promise<void>;
}

/** @param stored the head under this worker's lease */
export function createFence(ports: Ports, stored: Stored<SyncHead>): Fence {
  let { data: head, version } = stored;
  const owner = head.lease!.owner;

  async function release(next: SyncHead, decision: Partial<Decision>): Promise<void> {
    const write = { set: stored.path, data: next, if: { version } };
    const [newVersion] = await commitDecision(ports, { ...decision, writes: [write, ...(decision.writes ?? [])] });
    [head, version] = [next, newVersion!];
  }

  return {
    get head() {
      return head;
    },
    commit: (change, decision = {}) => release(withLease({ ...head, ...change }, owner, ports.clock.now()), decision),
    release,
  };
}
