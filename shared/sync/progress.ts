/**
 * The progress of a run: its document, the position of its scan and its checkpoint. Another message needs them to continue.
 */

import { positionAfterRestart, type ScanPosition } from '../domain/scan.ts';
import type { SyncHead } from '../domain/sync-head.ts';
import { type HeldRemovals, maxSkipped, type SyncPhase, type SyncRun, withPhase } from '../domain/sync-run.ts';
import type { Clock, Write } from '../ports.ts';
import { runPath } from '../storage/layout.ts';
import { type Checkpoint, checkpointPath, isCheckpointDue, nextCheckpoint } from './checkpoint.ts';
import type { RunContext } from './context.ts';
import type { RosterStore } from './roster-store.ts';
import { UserWriter } from './user-writes.ts';

export class Progress {
  readonly store: RosterStore;
  readonly users: UserWriter;
  readonly #clock: Clock;
  #run: SyncRun;
  #scan: ScanPosition;
  #confirmed: number;
  #checkpoint: Checkpoint | undefined;
  #isStored: boolean;
  #savedAt: number;
  #seenWhenSaved = 0;

  /** @param from the run's document, the checkpoint to continue from, and whether a checkpoint's document exists */
  constructor(
    context: RunContext,
    store: RosterStore,
    from: { run: SyncRun; checkpoint: Checkpoint | undefined; isStored: boolean },
  ) {
    const { clock, settings } = context.ports;
    const { run, checkpoint, isStored } = from;
    this.store = store;
    this.users = new UserWriter(context, store);
    this.#clock = clock;
    this.#run = run;
    this.#checkpoint = checkpoint;
    this.#isStored = isStored;
    this.#scan = checkpoint?.scan ?? { pages: 0, pageSize: settings.pageSize, restarts: 0 };
    this.#confirmed = checkpoint?.confirmed ?? 0;
    this.#savedAt = clock.now();
  }

  get run(): SyncRun {
    return this.#run;
  }

  get scan(): ScanPosition {
    return this.#scan;
  }

  /** How many of the absent people are confirmed gone. */
  get confirmed(): number {
    return this.#confirmed;
  }

  /** How many people Webex has returned in this run, stored or skipped. */
  get present(): number {
    const { roster } = this.store;
    const skipped = new Set([...this.#run.skipped, ...this.users.skipped]);
    return roster.seenCount + [...skipped].filter((person) => roster.hash(person) === undefined).length;
  }

  enter(phase: SyncPhase): void {
    this.#run = withPhase(this.#run, phase, this.#clock.now());
  }

  moveTo(position: ScanPosition): void {
    this.#scan = position;
  }

  /**
   * Starts the scan over: every person must be seen again.
   * @returns false when it has started over before; it may do so only once
   */
  restartScan(): boolean {
    const restart = positionAfterRestart(this.#scan);
    if (!restart) return false;
    this.#scan = restart;
    this.#confirmed = 0;
    this.store.roster.forgetSeen();
    return true;
  }

  confirm(people: number): void {
    this.#confirmed += people;
  }

  hold(held: HeldRemovals): void {
    this.#run = { ...this.#run, held };
  }

  /** The run's document with everything that has been counted up to `head`. */
  countedRun(head: SyncHead): SyncRun {
    const run = this.#run;
    const counts = head.run?.counts ?? run.counts;
    const scanned = run.approves ? 0 : this.store.roster.seenCount;
    const unchanged = Math.max(0, scanned - counts.added - counts.changed - counts.returned);
    const known = new Set(run.skipped);
    const skipped = [...this.users.skipped].filter((person) => !known.has(person));
    return {
      ...run,
      pages: this.#scan.pages,
      counts: { ...counts, scanned, unchanged, skipped: run.counts.skipped + skipped.length },
      skipped: [...run.skipped, ...skipped].slice(0, maxSkipped),
    };
  }

  isCheckpointDue(): boolean {
    return isCheckpointDue(this.#clock.now() - this.#savedAt, this.store.roster.seenCount - this.#seenWhenSaved);
  }

  /**
   * Commits the pending people, who count as seen, and then a checkpoint.
   * @throws Failure as the fence's `commit`
   */
  async saveCheckpoint(): Promise<void> {
    const { fence, roster } = this.store;
    await this.users.flushAll();
    const next = this.#nextCheckpoint(fence.head, 0);
    await fence.commit({}, { writes: this.#writesOf(next, fence.head) });
    this.#checkpoint = next;
    this.#isStored = true;
    this.#savedAt = this.#clock.now();
    this.#seenWhenSaved = roster.seenCount;
  }

  /** The writes of a checkpoint, for a commit that stores `head` and is followed by a pause. */
  checkpointWrites(head: SyncHead, pauseMs: number): Write[] {
    return this.#writesOf(this.#nextCheckpoint(head, pauseMs), head);
  }

  /** The write that deletes the checkpoint, if there is one. */
  checkpointDeletion(): Write[] {
    return this.#isStored ? [{ delete: checkpointPath(this.#run.customerId) }] : [];
  }

  #nextCheckpoint({ roster: { generation, entries } }: SyncHead, pausedMs: number): Checkpoint {
    const [at, scan, confirmed] = [this.#clock.now(), this.#scan, this.#confirmed];
    const seen = this.store.roster.seenBits();
    return nextCheckpoint(this.#checkpoint, {
      run: this.#run.id,
      at,
      pausedMs,
      scan,
      confirmed,
      generation,
      entries,
      seen,
    });
  }

  #writesOf(checkpoint: Checkpoint, head: SyncHead): Write[] {
    return [
      { set: checkpointPath(this.#run.customerId), data: checkpoint },
      { set: runPath(this.#run), data: this.countedRun(head) },
    ];
  }
}
