/** The immutable context of a run. Every step gets it, so that a step's only mutable argument is its state. */

import type { Customer } from '../domain/customer.ts';
import type { SyncSettings } from '../domain/sync-run.ts';
import type { Ports } from '../ports.ts';
import type { CallWebex } from './webex-calls.ts';

/**
 * After this many messages, which take about three hours with Pub/Sub's backoff, a run no longer waits for a single answer.
 */
export const maxOutageAttempts = 20;

export interface RunContext {
  readonly ports: Ports;
  readonly customer: Customer;
  /** The grant that the run works with: when it was given, epoch ms, and the id of the person who gave it, where known. */
  readonly grant: { readonly grantedAt: number | undefined; readonly authorizer: string | undefined };
  readonly settings: SyncSettings;
  readonly call: CallWebex;
  readonly deadline: Deadline;
}

/** How a phase stops. `scan_again`: the scan has missed too many people and must start over. */
export type PhaseEnd = 'complete' | 'time_up' | 'scan_again';

/** After this a run starts nothing new and leaves the rest to another message. */
export interface Deadline {
  /** Epoch ms. */
  readonly at: number;
  /** Aborts when the instance shuts down. */
  readonly shutdown: AbortSignal | undefined;
}

export function isTimeUp({ ports, deadline }: RunContext): boolean {
  return ports.clock.now() >= deadline.at || (deadline.shutdown?.aborted ?? false);
}
