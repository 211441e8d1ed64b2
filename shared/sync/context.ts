/** What a run is given and never changes: passed to every step, so that a step's only mutable argument is its state. */

import type { Customer } from '../domain/customer.ts';
import type { SyncSettings } from '../domain/sync-run.ts';
import type { Ports } from '../ports.ts';
import type { CallWebex } from './webex-calls.ts';

export interface RunContext {
  readonly ports: Ports;
  readonly customer: Customer;
  /** The grant that the run works with: when it was given, epoch ms, and the id of the person who gave it, where known. */
  readonly grant: { readonly grantedAt: number | undefined; readonly authorizer: string | undefined };
  readonly settings: SyncSettings;
  readonly call: CallWebex;
  readonly deadline: Deadline;
}

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
