/** Where another message can continue a run: what a checkpoint holds, when one is due, and when it may be used. Pure. */

import type { ScanPosition } from '../domain/scan.ts';
import type { SyncHead } from '../domain/sync-head.ts';
import { rosterOf } from '../storage/layout.ts';

/** The document `customers/{id}/roster/checkpoint`. */
export interface Checkpoint {
  run: string;
  /** When the run last made progress, epoch ms, and how long Webex has made it pause since. */
  at: number;
  pausedMs: number;
  scan: ScanPosition;
  /** How many of the absent people are confirmed gone. */
  confirmed: number;
  /** The log of the roster when the checkpoint was made, and one bit for each person in it who had been seen. */
  generation: number;
  entries: number;
  seen: string;
}

/**
 * After this time, having been seen says too little about who is still there. Pauses that Webex asks for do not count:
 * otherwise a scan that is paused for an hour would never end.
 */
const usableMs = 60 * 60_000;
const atMostEveryMs = 5_000;
const atLeastEveryMs = 60_000;
const peopleBetween = 10_000;

export const checkpointPath = (customerId: string) => `${rosterOf(customerId)}/checkpoint`;

/** Whether a run can continue from the checkpoint. It says nothing about a log that has been compacted since. */
export function isUsable(checkpoint: Checkpoint, runId: string, head: SyncHead, now: number): boolean {
  const { run, generation, at, pausedMs } = checkpoint;
  return run === runId && generation === head.roster.generation && now - at - pausedMs < usableMs;
}

/** The checkpoint after `before`. An attempt without progress does not extend its life. */
export function nextCheckpoint(before: Checkpoint | undefined, now: Checkpoint): Checkpoint {
  const same = before?.seen === now.seen && before.confirmed === now.confirmed && before.scan.pages === now.scan.pages;
  return same ? { ...now, at: before.at, pausedMs: before.pausedMs + now.pausedMs } : now;
}

/**
 * Whether a checkpoint is worth its three writes: at most about ten for 100,000 people however slow Webex is, at least one a
 * minute so that the lease lasts.
 * @param sinceMs the time, and `people` the people seen, since the last checkpoint
 */
export function isCheckpointDue(sinceMs: number, people: number): boolean {
  return sinceMs >= atLeastEveryMs || (sinceMs >= atMostEveryMs && people >= peopleBetween);
}
