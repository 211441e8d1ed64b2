/** One run of a sync: its document, the customer's settings for it, and what a message may do with it. Pure. */

import { day } from './time.ts';

export interface SyncSettings {
  /** Hours between scheduled syncs; 0 switches them off. */
  everyHours: number;
  /** Removals are held when more people than this … */
  heldAbovePeople: number;
  /** … and more than this share of the roster would go, */
  heldAboveShare: number;
  /** or more people than this in all. */
  heldAbove: number;
  /** Whether SCIM must not know of more people than the scan has found. */
  checkTotal: boolean;
}

/** A directory that shrinks by more than this is more often a fault than a fact. */
const defaultSettings: SyncSettings = {
  everyHours: 24,
  heldAbovePeople: 5,
  heldAboveShare: 0.1,
  heldAbove: 500,
  checkTotal: true,
};

/** The settings that hold for a customer. */
export function syncSettings(own: Partial<SyncSettings> | undefined): SyncSettings {
  return { ...defaultSettings, ...own };
}

export type SyncState = 'queued' | 'running' | 'done' | 'failed';
/** `scan` pages through everybody, `confirm` asks Webex about who was absent, `remove` writes the tombstones. */
export type SyncPhase = 'scan' | 'confirm' | 'remove';

export interface SyncCounts {
  scanned: number;
  unchanged: number;
  added: number;
  changed: number;
  returned: number;
  removed: number;
  held: number;
}

/** Something that went wrong on the way and was tried again. */
export interface SyncTrouble {
  at: number;
  code: string;
  trackingId?: string;
}

/**
 * `many`: above the thresholds; `empty_organization`: Webex says that nobody is left; `total_differs`: SCIM knows of
 * more people than were found.
 */
export type HoldReason = 'many' | 'empty_organization' | 'total_differs';

/** Removals that await a decision; who they are is in the documents `customers/{id}/held/{run}-{n}`. */
export interface HeldRemovals {
  state: 'waiting' | 'approved' | 'rejected' | 'superseded';
  reason: HoldReason;
  count: number;
  documents: number;
  /** Who decided, and when. */
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
  /** The phases begun so far, in order; the last one is under way until the run ends. */
  phases: { phase: SyncPhase; startedAt: number }[];
  /** People stored when it began: with `counts.scanned`, how far the run is. */
  expected: number;
  pages: number;
  /** Messages that have worked on it. */
  attempts: number;
  counts: SyncCounts;
  /** The latest few. */
  troubles: SyncTrouble[];
  fault?: { code: string; message: string; trackingId?: string };
  held?: HeldRemovals;
  expireAt: number;
}

export const noCounts: SyncCounts = {
  scanned: 0,
  unchanged: 0,
  added: 0,
  changed: 0,
  returned: 0,
  removed: 0,
  held: 0,
};

/** History is kept for a year and a month, as events are. */
const keptMs = 396 * day;
const troublesKept = 10;

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
    troubles: [],
    expireAt: now + keptMs,
    ...more,
  };
}

/** The run with a phase begun; a phase that is under way goes on. */
export function inPhase(run: SyncRun, phase: SyncPhase, now: number): SyncRun {
  if (run.phases.at(-1)?.phase === phase) return run;
  return { ...run, phases: [...run.phases, { phase, startedAt: now }] };
}

export function withTrouble(run: SyncRun, trouble: SyncTrouble): SyncRun {
  return { ...run, troubles: [...run.troubles, trouble].slice(-troublesKept) };
}
