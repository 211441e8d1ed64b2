/** The scheduled run over all connections: renews what is due, warns of short runways, publishes what crashes left behind. */

import type { Connection } from '../domain/connection.ts';
import { causeOf, codeOf, Failure } from '../domain/failure.ts';
import { forEachConcurrently } from '../domain/for-each-concurrently.ts';
import { afterWarning, isPlatformFault } from '../domain/refresh-policy.ts';
import { longestPlanMs } from '../domain/refresh-schedule.ts';
import type { Ports, Stored } from '../ports.ts';
import { connections } from '../storage/layout.ts';
import { newEvents, sweepOutbox } from '../storage/outbox.ts';
import { everyDocument } from '../storage/pages.ts';
import { transact } from '../storage/transact.ts';
import { type RefreshOutcome, refreshConnection } from './refresh.ts';

export interface RefreshRun {
  /** How many connections ended with each outcome. */
  outcomes: Partial<Record<RefreshOutcome | 'error', number>>;
  warnings: number;
  published: number;
  /** Why the run ended: nothing more is due, its time is used up, or Webex refuses our own credentials. */
  ended: 'done' | 'out_of_time' | 'client_refused';
}

/** What bounds a run. It takes up nothing new after `endsAt` (epoch ms) or once the signal has aborted. */
export interface RunLimits {
  concurrency: number;
  endsAt: number;
  signal?: AbortSignal;
}

/**
 * So many in a row meet a fault of ours, without any success between them: then it is ours. One customer for whom Webex
 * answers like that by itself must not keep the run from all who come after it.
 */
const faultsInARow = 3;
/** Warnings and the outbox have this much time of their own, however long the renewals took. */
const afterwardsMs = 2 * 60_000;

/**
 * Renews every connection that is due, oldest first, `concurrency` at a time; one customer's failure is its own.
 * Stops when Webex refuses our own credentials. What time did not suffice for is first in the next run.
 * @throws Failure what the store throws when what is due cannot be read; what was begun is brought to its end before
 */
export async function refreshDue(ports: Ports, limits: RunLimits): Promise<RefreshRun> {
  const { clock, log } = ports;
  const run: RefreshRun = { outcomes: {}, warnings: 0, published: 0, ended: 'done' };
  let inARow = 0;
  let accepted = false;

  async function renew(read: Stored<Connection>): Promise<void> {
    let outcome: RefreshOutcome | 'error' = 'error';
    try {
      ({ outcome } = await refreshConnection(ports, read));
      if (outcome === 'refreshed' || outcome === 'unchanged') [inARow, accepted] = [0, true];
    } catch (error) {
      const code = codeOf(error);
      if (isPlatformFault(code) && code !== 'store_unavailable') inARow += 1;
      const cause = error instanceof Failure ? causeOf(error) : String(error);
      log.error('refresh_error', { customer: read.data.customerId, code, cause });
    }
    run.outcomes[outcome] = (run.outcomes[outcome] ?? 0) + 1;
  }
  const goesOn = () => {
    if (inARow >= faultsInARow) run.ended = 'client_refused';
    else if (isOver(ports, limits)) run.ended = 'out_of_time';
    return run.ended === 'done';
  };
  const now = clock.now();
  const due = reached(ports, { field: 'nextRefreshAt', before: now + 1 });
  // Planned by a clock that was wrong: no instant of such a plan would ever come.
  const unreachable = reached(ports, { field: 'nextRefreshAt', from: now + longestPlanMs + 1 });
  const { concurrency } = limits;
  await forEachConcurrently(due, { concurrency, goesOn }, renew);
  await forEachConcurrently(unreachable, { concurrency, goesOn }, renew);
  if (inARow > 0 && !accepted) run.ended = 'client_refused';

  const after = { ...limits, endsAt: Math.max(limits.endsAt, clock.now()) + afterwardsMs };
  const [warnings, published] = await Promise.all([
    warnCrossed(ports, after),
    sweepOutbox(ports, () => !isOver(ports, after)),
  ]);
  Object.assign(run, { warnings, published });
  return run;
}

function isOver({ clock }: Ports, { endsAt, signal }: RunLimits): boolean {
  return clock.now() >= endsAt || (signal?.aborted ?? false);
}

/** Every connection whose field lies in the range, in its order. */
function reached(
  { store }: Ports,
  range: { field: 'nextRefreshAt' | 'nextWarningAt'; from?: number; before?: number },
): AsyncGenerator<Stored<Connection>, void> {
  const orderBy = { field: range.field, direction: 'ascending' } as const;
  return everyDocument<Connection>(store, { collection: connections, range, orderBy });
}

/** Warns of every runway that has crossed a mark, whether or not anything could be tried meanwhile. */
async function warnCrossed(ports: Ports, limits: RunLimits): Promise<number> {
  const { store, clock, log } = ports;
  let warnings = 0;

  async function warn({ path, data }: Stored<Connection>): Promise<void> {
    const { customerId } = data;
    try {
      const events = await transact(ports, async () => {
        const read = await store.get<Connection>(path);
        const decided = read ? afterWarning(read.data, clock.now()) : undefined;
        if (!read || !decided?.events.length) return { writes: [], result: [] };
        const events = newEvents(decided.events, { customerId, now: clock.now() });
        const change = { set: path, data: decided.connection, if: { version: read.version } };
        return { writes: [change], events, result: events };
      });
      for (const { facts } of events) log.warn('connection_expiring', { customer: customerId, ...facts });
      warnings += events.length;
    } catch (error) {
      log.error('warning_error', { customer: customerId, code: codeOf(error) });
    }
  }
  const crossed = reached(ports, { field: 'nextWarningAt', before: clock.now() + 1 });
  const goesOn = () => !isOver(ports, limits);
  await forEachConcurrently(crossed, { concurrency: limits.concurrency, goesOn }, warn);
  return warnings;
}
