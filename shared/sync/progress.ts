/** How far a run is: its document, the position of its scan and its checkpoint. Everything that another message needs to continue. */

import type { ScanPosition } from '../domain/scan.ts';
import type { SyncHead } from '../domain/sync-head.ts';
import { type HeldRemovals, type SyncPhase, type SyncRun, withPhase } from '../domain/sync-run.ts';
import type { Write } from '../ports.ts';
import { runPath } from '../storage/layout.ts';
import { type Checkpoint, checkpointPath, isCheckpointDue, nextCheckpoint } from './checkpoint.ts';
import type { RunContext } from './context.ts';
import type { RosterStore } from './roster-store.ts';
import { createUserWriter, type UserWriter } from './user-writes.ts';

export interface Progress {
  readonly store: RosterStore;
  readonly users: UserWriter;
  readonly run: SyncRun;
  readonly scan: ScanPosition;
  /** How many of the absent people are confirmed gone. */
  readonly confirmed: number;
  enter(phase: SyncPhase): void;
  moveTo(position: ScanPosition): void;
  confirm(people: number): void;
  hold(held: HeldRemovals): void;
  /** The run's document with everything that has been counted up to `head`. */
  countedRun(head: SyncHead): SyncRun;
  isCheckpointDue(): boolean;
  /**
   * Commits the pending people, who count as seen, and then a checkpoint.
   * @throws Failure as the fence's `commit`
   */
  saveCheckpoint(): Promise<void>;
  /** The writes of a checkpoint, for a commit that stores `head` and is followed by a pause. */
  checkpointWrites(head: SyncHead, pauseMs: number): Write[];
  /** The write that deletes the checkpoint, if there is one. */
  checkpointDeletion(): Write[];
}

/** @param from the run's document, the checkpoint to continue from, and whether a checkpoint's document exists */
export function createProgress(
  context: RunContext,
  store: RosterStore,
  from: { run: SyncRun; checkpoint: Checkpoint | undefined; isStored: boolean },
): Progress {
  const { ports, customer } = context;
  const { clock, settings } = ports;
  const users = createUserWriter(context, store);
  let { run, checkpoint, isStored } = from;
  let scan: ScanPosition = checkpoint?.scan ?? { pages: 0, pageSize: settings.pageSize, restarts: 0 };
  let confirmed = checkpoint?.confirmed ?? 0;
  let saved = { at: clock.now(), seen: 0 };

  function currentCheckpoint({ roster: { generation, entries } }: SyncHead, pausedMs = 0): Checkpoint {
    const seen = store.roster.seenBits();
    const now = { run: run.id, at: clock.now(), pausedMs, scan, confirmed, generation, entries, seen };
    return nextCheckpoint(checkpoint, now);
  }

  function countedRun(head: SyncHead): SyncRun {
    const counts = head.run?.counts ?? run.counts;
    const scanned = run.approves ? 0 : store.roster.seenCount;
    const unchanged = Math.max(0, scanned - counts.added - counts.changed - counts.returned);
    return { ...run, pages: scan.pages, counts: { ...counts, scanned, unchanged } };
  }

  const writesOf = (data: Checkpoint, head: SyncHead): Write[] => [
    { set: checkpointPath(customer.id), data },
    { set: runPath(run), data: countedRun(head) },
  ];

  return {
    store,
    users,
    get run() {
      return run;
    },
    get scan() {
      return scan;
    },
    get confirmed() {
      return confirmed;
    },
    enter(phase) {
      run = withPhase(run, phase, clock.now());
    },
    moveTo(position) {
      scan = position;
    },
    confirm(people) {
      confirmed += people;
    },
    hold(held) {
      run = { ...run, held };
    },
    countedRun,
    isCheckpointDue: () => isCheckpointDue(clock.now() - saved.at, store.roster.seenCount - saved.seen),
    async saveCheckpoint() {
      const { fence, roster } = store;
      await users.flushAll();
      const next = currentCheckpoint(fence.head);
      await fence.commit({}, { writes: writesOf(next, fence.head) });
      [checkpoint, isStored, saved] = [next, true, { at: clock.now(), seen: roster.seenCount }];
    },
    checkpointWrites: (head, pauseMs) => writesOf(currentCheckpoint(head, pauseMs), head),
    checkpointDeletion: () => (isStored ? [{ delete: checkpointPath(customer.id) }] : []),
  };
}
