/**
 * The scheduled run over all connections: renews those that are due, judges refusals, warns of those about to expire, and
 * publishes events that crashes left behind.
 */

import type { Breaker } from '../domain/breaker.ts';
import type { Connection } from '../domain/connection.ts';
import { causeOf, codeOf, Failure, type FailureCode, retryAfterMsOf } from '../domain/failure.ts';
import { forEachConcurrently } from '../domain/for-each-concurrently.ts';
import { confirmRefusalAfterMs } from '../domain/lease.ts';
import { isPlatformFault, isRefusal } from '../domain/refresh-policy.ts';
import { longestPlanMs } from '../domain/refresh-schedule.ts';
import {
  type Answer,
  isSuspicious,
  newTally,
  type Tally,
  toSample,
  withAnswer,
  withoutSuspicion,
} from '../domain/run-tally.ts';
import { minute } from '../domain/time.ts';
import type { Ports, Stored } from '../ports.ts';
import { connections } from '../storage/layout.ts';
import { sweepOutbox } from '../storage/outbox.ts';
import { everyDocument } from '../storage/pages.ts';
import { changeBreaker, readBreaker } from './breaker.ts';
import { openIfRefused, probeFleet, type Suspicion } from './fleet-probe.ts';
import { hasWorked, isSuccess } from './fleet-sample.ts';
import { judgeRefusals, type NotedRefusal } from './judge-refusals.ts';
import { type RefreshOutcome, type RefreshResult, refreshConnection } from './refresh.ts';
import { warnExpiring } from './warn-expiring.ts';

export interface RefreshRun {
  /** How many connections ended with each outcome. */
  outcomes: Partial<Record<RefreshOutcome | 'error', number>>;
  warnings: number;
  published: number;
  /**
   * Why the run ended: nothing more is due, its time is used up, the fleet is refused, Webex limits the rate for longer, or
   * our secrets, without which no connection can be refreshed, cannot be read.
   */
  ended: 'done' | 'out_of_time' | 'breaker_open' | 'rate_limited' | 'secrets_unreadable';
}

/** What bounds a run. It takes up nothing new after `endsAt` (epoch ms) or once the signal has aborted. */
export interface RunLimits {
  concurrency: number;
  endsAt: number;
  signal?: AbortSignal;
}

/** Warnings and the outbox get this much time of their own, however long the renewals took. */
const afterwardsMs = 2 * minute;

/** The state of one run. */
interface RunState {
  outcomes: RefreshRun['outcomes'];
  tally: Tally;
  noted: NotedRefusal[];
  asked: Set<string>;
  closedAt: number;
  /** Rate limits since the last success, and until when Webex asks to wait. */
  limits: { count: number; until: number; doubted: boolean };
  /** Why the secrets could not be read, once for each customer since the last success. */
  unreadable: FailureCode[];
}

/** After this many consecutive customers whose refresh failed because secrets could not be read, the run stops. */
const maxUnreadable = 3;

/**
 * Renews every connection that is due, oldest first, `concurrency` at a time; one customer's failure is its own. Only the
 * circuit breaker stops a run, and a rate limit pauses it. The next run starts with the connections that this run had no
 * time for.
 * @throws Failure what the store throws when what is due cannot be read; exchanges in progress are brought to their end
 *   before
 */
export async function refreshDue(ports: Ports, limits: RunLimits): Promise<RefreshRun> {
  const { clock } = ports;
  const { breaker } = await readBreaker(ports);
  const state: RunState = {
    outcomes: {},
    tally: newTally,
    noted: [],
    asked: new Set(),
    closedAt: breaker.closedAt ?? 0,
    limits: { count: 0, until: 0, doubted: false },
    unreadable: [],
  };
  const ended = await renewUnlessOpen(ports, limits, state, breaker);
  const after = { ...limits, endsAt: Math.max(limits.endsAt, clock.now()) + afterwardsMs };
  const goesOn = () => !isOver(ports, after);
  const [warnings, published] = await Promise.all([
    warnExpiring(ports, { concurrency: limits.concurrency, goesOn }),
    sweepOutbox(ports, goesOn),
  ]);
  return { outcomes: state.outcomes, warnings, published, ended };
}

async function renewUnlessOpen(
  ports: Ports,
  limits: RunLimits,
  state: RunState,
  breaker: Breaker,
): Promise<RefreshRun['ended']> {
  const { clock } = ports;
  if ((breaker.pausedUntil ?? 0) > clock.now() && !(await waitUntil(ports, limits, breaker.pausedUntil!)))
    return 'rate_limited';
  if (breaker.state === 'open') {
    if (!(await probeFleet(ports))) return 'breaker_open';
    // Every refusal before this instant is void.
    state.closedAt = clock.now();
  }
  const ended = await renewDue(ports, limits, state);
  if (ended === 'breaker_open') return ended;
  if (isBlocked(state)) ports.log.error('fleet_refused', { cause: state.unreadable.at(-1) });
  const own = toSample(state.tally, clock.now());
  return (await judgeRefusals(ports, { own, asked: state.asked, noted: state.noted })) ? 'breaker_open' : ended;
}

/** Renews the due connections. A suspected incident or a rate limit interrupts it until that is resolved. */
async function renewDue(ports: Ports, limits: RunLimits, state: RunState): Promise<RefreshRun['ended']> {
  const { concurrency } = limits;
  let interrupted = true;
  const goesOn = () => {
    interrupted = isOver(ports, limits) || isSuspicious(state.tally) || isHeldUp(state) || isBlocked(state);
    return !interrupted;
  };
  let due = everyDue(ports);
  while (interrupted) {
    interrupted = false;
    await forEachConcurrently(due, { concurrency, goesOn }, (read) => renew(ports, state, read));
    if (isBlocked(state)) return 'secrets_unreadable';
    if (isOver(ports, limits)) return interrupted ? 'out_of_time' : 'done';
    if (isHeldUp(state) && !isOwnLimit(state)) {
      if (!(await pause(ports, limits, state))) return 'rate_limited';
      [due, interrupted] = [everyDue(ports), true];
    } else if (isSuspicious(state.tally)) {
      if (await openIfRefused(ports, suspicionOf(ports, state))) return 'breaker_open';
      state.tally = withoutSuspicion(state.tally);
    }
  }
  return 'done';
}

function suspicionOf({ clock }: Ports, { tally, noted, asked }: RunState): Suspicion {
  return { own: toSample(tally, clock.now()), refusals: noted.map(({ failure }) => failure.code), asked };
}

async function renew(ports: Ports, state: RunState, read: Stored<Connection>): Promise<void> {
  const { customerId } = read.data;
  // The connection stays due, and is tried again when the run starts over after a pause.
  if (state.noted.some((each) => each.customerId === customerId)) return;
  let outcome: RefreshOutcome | 'error' = 'error';
  state.asked.add(customerId);
  try {
    const result = await refreshConnection(ports, read, { judgeLater: 'note', voidBefore: state.closedAt });
    outcome = result.outcome;
    note(ports, state, read.data, result);
  } catch (error) {
    const cause = error instanceof Failure ? causeOf(error) : String(error);
    const code = codeOf(error);
    if (isPlatformFault(code) && code !== 'store_unavailable') state.unreadable.push(code);
    ports.log.error('refresh_error', { customer: customerId, code, cause });
  }
  state.outcomes[outcome] = (state.outcomes[outcome] ?? 0) + 1;
}

/** Counts the answer, and records a refusal to be judged. */
function note({ clock }: Ports, state: RunState, before: Connection, result: RefreshResult): void {
  const { failure, connection } = result;
  if (failure?.code === 'webex_rate_limited') {
    const { count, until, doubted } = state.limits;
    const asked = clock.now() + (retryAfterMsOf(failure) ?? 0);
    state.limits = { count: count + 1, until: Math.max(until, asked), doubted };
    return;
  }
  if (isSuccess(result)) Object.assign(state, { limits: { count: 0, until: 0, doubted: false }, unreadable: [] });
  if (!isSuccess(result) && !failure) return;
  const answer: Answer = isSuccess(result) ? 'succeeded' : isRefusal(failure!.code) ? 'refused' : 'silent';
  state.tally = withAnswer(state.tally, answer, hasWorked(before));
  const { grant, refusals } = connection ?? {};
  const ended = before.state === 'reauthorization_required';
  if (result.outcome !== 'unjudged' || ended || !grant || !refusals) return;
  const again = clock.now() - refusals.since >= confirmRefusalAfterMs;
  const counted = hasWorked(before);
  state.noted.push({ customerId: before.customerId, serial: grant.serial, failure: failure!, again, counted });
}

function isBlocked({ unreadable }: RunState): boolean {
  return unreadable.length >= maxUnreadable;
}

/** Webex has asked for a pause, and nothing has succeeded since. */
function isHeldUp({ limits }: RunState): boolean {
  return limits.count > Number(limits.doubted);
}

/** Only one customer was limited: try the next one before the whole run waits. */
function isOwnLimit(state: RunState): boolean {
  if (state.limits.count !== 1 || state.limits.doubted) return false;
  state.limits = { ...state.limits, doubted: true };
  return true;
}

/** @returns whether the pause is over and the run may continue */
async function pause(ports: Ports, limits: RunLimits, state: RunState): Promise<boolean> {
  const { until } = state.limits;
  state.limits = { count: 0, until: 0, doubted: false };
  await changeBreaker(ports, (breaker) => ({ ...breaker, pausedUntil: until }));
  ports.log.warn('refresh_paused', { until });
  return waitUntil(ports, limits, until);
}

async function waitUntil(ports: Ports, { endsAt, signal }: RunLimits, until: number): Promise<boolean> {
  const { clock } = ports;
  if (until >= endsAt) return false;
  await clock.sleep(until - clock.now(), signal);
  return clock.now() >= until && !signal?.aborted;
}

function isOver({ clock }: Ports, { endsAt, signal }: RunLimits): boolean {
  return clock.now() >= endsAt || (signal?.aborted ?? false);
}

/** Every connection that is due, then those whose instant a wrong clock has set so far ahead that it would never come. */
async function* everyDue({ store, clock }: Ports): AsyncGenerator<Stored<Connection>, void> {
  const orderBy = { field: 'nextRefreshAt', direction: 'ascending' } as const;
  const now = clock.now();
  const query = { collection: connections, orderBy };
  const due = everyDocument<Connection>(store, { ...query, range: { field: 'nextRefreshAt', before: now + 1 } });
  const unreachable = { field: 'nextRefreshAt', from: now + longestPlanMs + 1 };
  const misplanned = everyDocument<Connection>(store, { ...query, range: unreachable });
  yield* due;
  yield* misplanned;
}
