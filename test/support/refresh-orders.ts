/** The orders and reports of a process that renews connections (refresh-process.ts). */

/** The steps of a refresh at which a process can kill itself, in order. */
export const steps = [
  'before the lease',
  'after the lease',
  'while Webex acts',
  'when Webex has answered',
  'before the result is stored',
  'after the result is stored',
  'before the event is published',
  'after the event is published',
  'after the event has left the outbox',
] as const;
export type Step = (typeof steps)[number];

export interface Place {
  sqliteFile?: string;
  firestore?: { projectId: string; emulatorHost: string };
  webexUrl: string;
  keyring: object;
}

export interface Order {
  offsetMs: number;
  concurrency: number;
  killAt?: Step;
}

export interface Answer {
  ready?: true;
  published?: string;
  done?: object;
  /** For each refresh, how long the new pair was in memory only, ms. */
  windowsMs?: number[];
}
