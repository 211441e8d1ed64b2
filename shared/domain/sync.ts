/** One run of a sync: its document, and what may be removed without asking. Pure. */

export type SyncState = 'queued' | 'running' | 'done' | 'failed';

export interface SyncCounts {
  scanned: number;
  added: number;
  changed: number;
  unchanged: number;
  returned: number;
  removed: number;
  held: number;
}

/** The document `customers/{customer}/syncs/{id}`. */
export interface SyncRun {
  id: string;
  customerId: string;
  state: SyncState;
  /** The caller, or absent when the system asked. */
  by?: string;
  askedAt: number;
  startedAt?: number;
  endedAt?: number;
  counts: SyncCounts;
  fault?: { code: string; message: string; trackingId?: string };
  /** People whose removal awaits a decision. */
  held?: string[];
}

/** The document `directories/{customer}`: the head of a customer's stored users. Every commit of users moves it on. */
export interface Directory {
  customerId: string;
  /** The last revision given out. */
  revision: number;
  shards: number;
  /** The run that is asked for or under way. */
  runId?: string;
  lastSyncedAt?: number;
}

export const noCounts: SyncCounts = {
  scanned: 0,
  added: 0,
  changed: 0,
  unchanged: 0,
  returned: 0,
  removed: 0,
  held: 0,
};

/** More than this needs an approval: a directory that shrinks this much is more often a fault than a fact. */
const thresholds = { people: 5, share: 0.1, atMost: 500 };

/** Whether `gone` of `known` people may be removed without asking. An organization that is empty all at once never. */
export function mayRemove(gone: number, known: number): boolean {
  if (gone === known && gone > 0) return false;
  return gone <= thresholds.atMost && (gone <= thresholds.people || gone <= known * thresholds.share);
}
