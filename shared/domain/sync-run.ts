/** One run of a sync: its document, its phases and the customer's settings for it. Pure. */

import { day } from './time.ts';

export interface SyncSettings {
  /** Hours between scheduled syncs; 0 switches them off. */
  everyHours: number;
  /** Removals are held when they are more people than this … */
  heldAbovePeople: number;
  /** … and a larger share of the roster than this, … */
  heldAboveShare: number;
  /** … or more people than this. */
  heldAbove: number;
  /** Removals are held when SCIM counts more people than the scan has found. */
  checkTotal: boolean;
}

/** An organization that shrinks by more than this has more likely met a fault than lost its people. */
const defaultSettings: SyncSettings = {
  everyHours: 24,
  heldAbovePeople: 5,
  heldAboveShare: 0.1,
  heldAbove: 500,
  checkTotal: true,
};

/** A customer's own settings, with the defaults for the rest. */
export function syncSettings(own: Partial<SyncSettings> | undefined): SyncSettings {
  return { ...defaultSettings, ...own };
}

export type SyncState = 'queued' | 'running' | 'done' | 'failed';
/** `scan` pages through all people, `confirm` asks Webex about the absent people, `remove` writes the tombstones. */
export type SyncPhase = 'scan' | 'confirm' | 'remove';

export interface SyncCounts {
  scanned: number;
  unchanged: number;
  added: number;
  changed: number;
  returned: number;
  removed: number;
  held: number;
  /** People who could not be read or stored. */
  skipped: number;
}

/**
 * `many`: above the thresholds; `empty_organization`: the scan has found nobody; `total_differs`: SCIM counts more people
 * than were found.
 */
export type HoldReason = 'many' | 'empty_organization' | 'total_differs';

/** Removals that await a decision. The people are listed in the documents `customers/{id}/held/{run}-{n}`. */
export interface HeldRemovals {
  state: 'waiting' | 'approved' | 'rejected' | 'superseded';
  reason: HoldReason;
  count: number;
  documents: number;
  /** The caller who decided. */
  by?: string;
  decidedAt?: number;
}

/** The document `customers/{customer}/syncs/{id}`. Instants are epoch ms. */
export interface SyncRun {
  id: string;
  customerId: string;
  state: SyncState;
  /** The caller, or absent when the system asked. */
  by?: string;
  /** The run whose held removals this one carries out, instead of a scan. */
  approves?: string;
  askedAt: number;
  startedAt?: number;
  endedAt?: number;
  /** The phases started so far, in order; the last one is in progress until the run ends. */
  phases: { phase: SyncPhase; startedAt: number }[];
  /** People stored when the run started: with `counts.scanned`, its progress. */
  expected: number;
  pages: number;
  /** Messages that have worked on it. */
  attempts: number;
  counts: SyncCounts;
  fault?: { code: string; message: string; trackingId?: string };
  held?: HeldRemovals;
  /** The first people who were skipped. */
  skipped: string[];
  expireAt: number;
}

/**
 * A run lists at most this many skipped people, and a worker that skips more fails the run, because then the fault is not in
 * single records.
 */
export const maxSkipped = 100;

export const noCounts: SyncCounts = {
  scanned: 0,
  unchanged: 0,
  added: 0,
  changed: 0,
  returned: 0,
  removed: 0,
  held: 0,
  skipped: 0,
};

/** Runs stay for a year and a month, as events do. */
const keptMs = 396 * day;

export function newRun(id: string, customerId: string, now: number, more: { by?: string; approves?: string }): SyncRun {
  return {
    id,
    customerId,
    state: 'queued',
    askedAt: now,
    phases: [],
    expected: 0,
    pages: 0,
    attempts: 0,
    counts: noCounts,
    skipped: [],
    expireAt: now + keptMs,
    ...more,
  };
}

/** The run in a phase, which may be in progress already. */
export function withPhase(run: SyncRun, phase: SyncPhase, now: number): SyncRun {
  if (run.phases.at(-1)?.phase === phase) return run;
  return { ...run, phases: [...run.phases, { phase, startedAt: now }] };
}

/**
 * The phase that follows the run's last one; undefined when nothing is left to do. A run that carries out an approval does
 * not scan, because it may only remove the people who were held.
 */
export function nextPhase(
  { phases, approves, held }: Pick<SyncRun, 'phases' | 'approves' | 'held'>,
  roster: { size: number; seenCount: number },
): SyncPhase | undefined {
  const anyAbsent = roster.seenCount < roster.size;
  switch (phases.at(-1)?.phase) {
    case undefined:
      return approves ? (anyAbsent ? 'confirm' : undefined) : 'scan';
    case 'scan':
      return anyAbsent ? 'confirm' : undefined;
    case 'confirm':
      return anyAbsent && !held ? 'remove' : undefined;
    case 'remove':
      return undefined;
  }
}
