/**
 * The head of a customer's stored users. Every commit of users, roster or checkpoint is conditional on its version, so a
 * second worker, a redelivered message or the sync of a deleted customer cannot change anything. Pure.
 */

import type { SeenAuthorizer } from './authorizer-health.ts';
import { spread } from './refresh-schedule.ts';
import type { RosterLog } from './roster.ts';
import { noCounts, type SyncCounts } from './sync-run.ts';
import { day } from './time.ts';

/** The document `sync_heads/{customer}`. Instants are epoch ms. */
export interface SyncHead {
  customerId: string;
  /** The last revision of a user. Revisions grow in the order of the commits, which makes the change feed exact. */
  revision: number;
  /** The worker or request that wrote the last revision: it tells histories apart after a restore (domain/change-feed.ts). */
  writer?: string;
  roster: RosterLog;
  /** The run that is queued or in progress, and what it has committed so far. */
  run?: { id: string; counts: SyncCounts };
  /** The worker that has the run, and how often it has committed. Until `endsAt` no other flow changes the head. */
  lease?: { owner: string; endsAt: number; commits: number };
  /** Webex asked us not to call before this. */
  pausedUntil?: number;
  /** When the scheduled pass looks here again: for the next sync, or for a run that no worker has continued. */
  nextSyncAt?: number;
  /** The ended run whose held removals await a decision. */
  heldBy?: string;
  authorizer?: SeenAuthorizer;
  /** SCIM's count minus the number of people, measured when nobody was absent: the rooms and services. */
  scimSurplus?: number;
}

/**
 * Longer than a worker ever takes between two commits: a checkpoint is due after a minute, and a call to Webex with its
 * retries ends within another minute and a half. A worker that commits later finds the head changed, and stops.
 */
export const leaseMs = 3 * 60_000;
/**
 * The message of a run that no worker has continued for this long is lost: the queue makes it a dead letter after 100
 * deliveries, which are at most ten minutes apart. Only then does the scheduled pass send another.
 */
const messageLostAfterMs = day;

export function newSyncHead(customerId: string): SyncHead {
  return { customerId, revision: 0, roster: { generation: 0, entries: 0, people: 0 } };
}

export type Turn =
  | { kind: 'over' }
  | { kind: 'busy'; until: number }
  | { kind: 'paused'; until: number }
  | { kind: 'go' };

/** Whether a worker may continue the run now. `over`: the run has ended, or the customer is deleted. */
export function turnOf(head: SyncHead | undefined, runId: string, now: number): Turn {
  if (head?.run?.id !== runId) return { kind: 'over' };
  if (head.lease && head.lease.endsAt > now) return { kind: 'busy', until: head.lease.endsAt };
  if (head.pausedUntil && head.pausedUntil > now) return { kind: 'paused', until: head.pausedUntil };
  return { kind: 'go' };
}

/** The head with a new run that waits for a worker. */
export function withRun(head: SyncHead, runId: string, now: number): SyncHead {
  return { ...withRetriedMessage(head, now), run: { id: runId, counts: noCounts } };
}

/** The head after another message was sent: the next one is due when this one is lost too. */
export function withRetriedMessage(head: SyncHead, now: number): SyncHead {
  return { ...head, nextSyncAt: now + messageLostAfterMs };
}

/** The head of the next commit of `owner`, who works on the run. */
export function withLease(head: SyncHead, owner: string, now: number): SyncHead {
  const commits = head.lease?.owner === owner ? head.lease.commits + 1 : 0;
  return { ...head, lease: { owner, endsAt: now + leaseMs, commits }, nextSyncAt: now + messageLostAfterMs };
}

/** The head of a run that is left to another message. During a pause it has none: the scheduled pass sends it at the end. */
export function withoutLease(head: SyncHead, now: number, pausedUntil?: number): SyncHead {
  const { lease: _lease, pausedUntil: _paused, ...rest } = head;
  return { ...rest, nextSyncAt: pausedUntil ?? now + messageLostAfterMs, ...(pausedUntil && { pausedUntil }) };
}

/** The head without a run, with the time of the next scheduled sync. */
export function withoutRun(head: SyncHead, now: number, everyHours: number): SyncHead {
  const { lease: _lease, run: _run, pausedUntil: _paused, nextSyncAt: _next, ...rest } = head;
  const nextSyncAt = nextSync(head.customerId, now, everyHours);
  return { ...rest, ...(nextSyncAt && { nextSyncAt }) };
}

/** The head without removals that await a decision. */
export function withoutHold(head: SyncHead): SyncHead {
  const { heldBy: _held, ...rest } = head;
  return rest;
}

/**
 * The next time on the customer's own grid: its offset is a hash of the id, so customers are spread evenly over the interval
 * even when they were created together.
 */
export function nextSync(customerId: string, now: number, everyHours: number): number | undefined {
  if (everyHours <= 0) return undefined;
  const interval = everyHours * 3_600_000;
  const phase = spread(customerId) * interval;
  return Math.floor((Math.floor((now - phase) / interval) + 1) * interval + phase) + 1;
}
