/**
 * The head of a customer's stored users: every commit of users, roster or checkpoint is conditional on its version, so a
 * second runner, a redelivered message or a deleted customer's sync can change nothing, and revisions are in commit order.
 */

import type { AuthorizerWatch } from './authorizer-health.ts';
import { spread } from './refresh-schedule.ts';
import type { RosterLog } from './roster.ts';
import { noCounts, type SyncCounts } from './sync-run.ts';

/** The document `sync_heads/{customer}`. Instants are epoch ms. */
export interface SyncHead {
  customerId: string;
  /** The last revision given out. */
  revision: number;
  roster: RosterLog;
  /** The run that is asked for or under way, and what it has committed so far. */
  run?: { id: string; counts: SyncCounts };
  /** Who works on the run. While it lasts nobody else may write the head. */
  lease?: { owner: string; endsAt: number };
  /** Webex asked for silence until then. */
  pausedUntil?: number;
  lastSyncedAt?: number;
  /** When the scheduled pass looks here again: for the next sync, or for a run that has been left lying. */
  nextSyncAt?: number;
  /** The ended run whose held removals await a decision. */
  heldBy?: string;
  authorizer?: AuthorizerWatch;
}

/**
 * Longer than the runner is ever silent between two commits: a call to Webex with its retries ends within a minute and a
 * half. A runner that comes later finds the head changed, and stops.
 */
export const leaseMs = 2 * 60_000;
/** A run that nobody has worked on for this long is given a new message by the scheduled pass. */
const stalledAfterMs = 15 * 60_000;

export function newSyncHead(customerId: string): SyncHead {
  return { customerId, revision: 0, roster: { generation: 0, entries: 0, people: 0 } };
}

export type Turn =
  | { kind: 'over' }
  | { kind: 'busy'; until: number }
  | { kind: 'paused'; until: number }
  | { kind: 'go' };

/** Whether a message may work on its run now. */
export function turnOf(head: SyncHead | undefined, runId: string, now: number): Turn {
  if (head?.run?.id !== runId) return { kind: 'over' };
  if (head.lease && head.lease.endsAt > now) return { kind: 'busy', until: head.lease.endsAt };
  if (head.pausedUntil && head.pausedUntil > now) return { kind: 'paused', until: head.pausedUntil };
  return { kind: 'go' };
}

/** The head with a run that waits for a message. */
export function queued(head: SyncHead, runId: string, now: number): SyncHead {
  const run = head.run?.id === runId ? head.run : { id: runId, counts: noCounts };
  return { ...head, run, nextSyncAt: now + stalledAfterMs };
}

/** The head while `owner` works on its run. */
export function leased(head: SyncHead, owner: string, now: number): SyncHead {
  return { ...head, lease: { owner, endsAt: now + leaseMs }, nextSyncAt: now + stalledAfterMs };
}

/** The head of a run that is left for another message. */
export function released(head: SyncHead, now: number, pausedUntil?: number): SyncHead {
  const { lease: _lease, pausedUntil: _paused, ...rest } = head;
  const nextSyncAt = Math.max(now + stalledAfterMs, pausedUntil ?? 0);
  return { ...rest, nextSyncAt, ...(pausedUntil && { pausedUntil }) };
}

/** The head without a run, and its next scheduled sync. */
export function idle(head: SyncHead, now: number, everyHours: number): SyncHead {
  const { lease: _lease, run: _run, pausedUntil: _paused, nextSyncAt: _next, ...rest } = head;
  const nextSyncAt = nextSync(head.customerId, now, everyHours);
  return { ...rest, ...(nextSyncAt && { nextSyncAt }) };
}

/** The next instant of the customer's own grid: customers are spread evenly however they came together. */
export function nextSync(customerId: string, now: number, everyHours: number): number | undefined {
  if (everyHours <= 0) return undefined;
  const interval = everyHours * 3_600_000;
  const phase = spread(customerId) * interval;
  return Math.floor((Math.floor((now - phase) / interval) + 1) * interval + phase) + 1;
}
