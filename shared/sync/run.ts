/** Makes a customer's stored users match its Webex organization: scan, confirm who is absent, remove or hold. */

import { randomUUID } from 'node:crypto';
import { purgeCustomer } from '../customers/purge.ts';
import type { Connection } from '../domain/connection.ts';
import type { Customer } from '../domain/customer.ts';
import { codeOf, Failure, type FailureCode, isOutage, retryAfterMsOf } from '../domain/failure.ts';
import { type SyncHead, turnOf, withLease, withoutLease } from '../domain/sync-head.ts';
import { nextPhase, type SyncPhase, type SyncRun, syncSettings } from '../domain/sync-run.ts';
import type { Ports } from '../ports.ts';
import { connectionPath, customerPath, runPath, syncHeadPath } from '../storage/layout.ts';
import { sendMessage } from '../storage/messages.ts';
import { markApproved } from './approval.ts';
import { watchAfterRefusal } from './authorizer.ts';
import { readCatalog, storeCatalog } from './catalog.ts';
import { type Checkpoint, checkpointPath, isUsable } from './checkpoint.ts';
import type { Deadline, PhaseEnd, RunContext } from './context.ts';
import { createFence } from './fence.ts';
import { complete, fail, isReconnected, leave } from './finish.ts';
import { Progress } from './progress.ts';
import { confirmAbsent, removeUnseen } from './removals.ts';
import { messageFor } from './request.ts';
import { RosterStore } from './roster-store.ts';
import { scanPeople } from './scan.ts';
import { rateLimitedCaller } from './webex-calls.ts';

/**
 * A function that is called by a message has 9 minutes. The last call may take a minute and a half with its retries; the
 * rest is for the last commits.
 */
const defaultBudgetMs = 7 * 60_000;

/** Failures that another delivery of the message can cure. */
const curable: ReadonlySet<FailureCode> = new Set([
  'webex_rate_limited',
  'store_unavailable',
  'secrets_unavailable',
  'queue_unavailable',
  'busy',
]);

const phases: Record<SyncPhase, (context: RunContext, progress: Progress) => Promise<PhaseEnd>> = {
  scan: scanPeople,
  confirm: confirmAbsent,
  remove: removeUnseen,
};

/**
 * Works on the run that a message names until the run ends, `budgetMs` is used up or `shutdown` aborts; then another message
 * continues. A run that has ended is left alone. A failure that no retry can cure ends the run as `failed`.
 * @returns the run, or undefined when there was nothing to do
 * @throws Failure what another delivery of the message can cure
 */
export async function runSync(
  ports: Ports,
  customerId: string,
  syncId: string,
  budgetMs = defaultBudgetMs,
  shutdown?: AbortSignal,
): Promise<SyncRun | undefined> {
  const deadline = { at: ports.clock.now() + budgetMs, shutdown };
  const open = () => openRun(ports, customerId, syncId, deadline);
  // A request that joins the run names the head too. A worker that has taken the lease makes the second try `busy`.
  const retried = (error: unknown) => (codeOf(error) === 'conflict' ? open() : Promise.reject(error));
  const opened = await open()
    .catch(retried)
    .catch(async (error) => {
      if (codeOf(error) !== 'not_found') throw error;
      // A request during the customer's deletion has left a head behind.
      await purgeCustomer(ports, customerId);
      return undefined;
    });
  if (!opened) return undefined;
  const { context, progress, checkpoint } = opened;
  try {
    await progress.store.load(checkpoint);
    const ended = await work(context, progress);
    if (ended) return ended;
    const left = await leave(context, progress);
    await sendMessage(ports, messageFor(left));
    return left;
  } catch (error) {
    return afterFailure(context, progress, error);
  }
}

/**
 * Reads what the run needs and takes its lease.
 * @returns undefined when the run has ended, or is paused: then the scheduled pass sends a new message at the pause's end
 * @throws Failure `busy` while another worker has the lease, `conflict` when another worker was faster, `not_found` when the
 *   customer has been deleted
 */
async function openRun(ports: Ports, customerId: string, runId: string, deadline: Deadline) {
  const { store, clock } = ports;
  const now = clock.now();
  const [head, stored, customer, connection, saved] = await Promise.all([
    store.get<SyncHead>(syncHeadPath(customerId)),
    store.get<SyncRun>(runPath({ customerId, id: runId })),
    store.get<Customer>(customerPath(customerId)),
    store.get<Connection>(connectionPath(customerId)),
    store.get<Checkpoint>(checkpointPath(customerId)),
  ]);
  const turn = turnOf(head?.data, runId, now);
  if (turn.kind === 'over' || turn.kind === 'paused' || !head || !stored) return undefined;
  if (!customer) throw new Failure('not_found', 'There is no such customer.');
  if (turn.kind === 'busy') {
    throw new Failure('busy', 'Another worker has the sync.', { retryAfterMs: turn.until - now });
  }
  const checkpoint = saved && isUsable(saved.data, runId, head.data, now) ? saved.data : undefined;
  const run: SyncRun = {
    ...stored.data,
    state: 'running',
    attempts: stored.data.attempts + 1,
    ...(stored.data.startedAt === undefined && { startedAt: now, expected: head.data.roster.people }),
    // Without a checkpoint the run starts again with its first phase.
    ...(!checkpoint && { phases: [] }),
  };
  const data = withLease(withoutLease(head.data, now), randomUUID(), now);
  const [version] = await store.commit([
    { set: head.path, data, if: { version: head.version } },
    { set: stored.path, data: run, if: { version: stored.version } },
  ]);
  const grant = connection?.data.grant;
  const context: RunContext = {
    ports,
    customer: customer.data,
    grant: { grantedAt: grant?.grantedAt, authorizer: grant?.authorizer?.id },
    settings: syncSettings(customer.data.sync),
    call: rateLimitedCaller(ports, customerId, deadline.shutdown),
    deadline,
  };
  const rosterStore = new RosterStore(context, createFence(ports, { path: head.path, version: version!, data }));
  const progress = new Progress(context, rosterStore, { run, checkpoint, isStored: saved !== undefined });
  return { context, progress, checkpoint };
}

/** Runs every phase that the run has not completed. Undefined when the time is up first. */
async function work(context: RunContext, progress: Progress): Promise<SyncRun | undefined> {
  // Looks up the token once, before calls run at the same time.
  await context.call(async () => undefined);
  const { approves } = progress.run;
  // Read while the people are synced, and stored afterwards.
  const reading = approves ? undefined : readCatalog(context);
  let phase = progress.run.phases.at(-1)?.phase;
  if (!phase) {
    await markApproved(context, progress);
    phase = nextPhase(progress.run, progress.store.roster);
  }
  while (phase) {
    progress.enter(phase);
    const end = await phases[phase](context, progress);
    if (end === 'time_up') return undefined;
    phase = end === 'scan_again' ? 'scan' : nextPhase(progress.run, progress.store.roster);
  }
  const catalog = await reading;
  if (catalog) await storeCatalog(context, progress.store.fence, catalog);
  return complete(context, progress);
}

async function afterFailure(context: RunContext, progress: Progress, error: unknown): Promise<SyncRun | undefined> {
  const { ports } = context;
  const code = codeOf(error);
  try {
    if (code === 'conflict') throw error;
    // While the store is unavailable nothing can be committed: the lease expires by itself.
    if (code === 'store_unavailable') throw error;
    await progress.users.flushAll();
    if (code === 'webex_forbidden') await watchAfterRefusal(context, progress.store.fence);
    const connection = await ports.store.get<Connection>(connectionPath(context.customer.id));
    const isCurable = curable.has(code) || (error instanceof Failure && isOutage(error));
    if (!isCurable && !isReconnected(connection?.data, context.grant)) return await fail(context, progress, error);
    const pauseMs = webexPauseMs(error);
    const left = await leave(context, progress, pauseMs);
    // The scheduled pass continues a paused run. Deliveries until then would only be refused, and end as a dead letter.
    if (pauseMs) return left;
  } catch (second) {
    if (codeOf(second) !== 'conflict') throw error;
    // Another worker has taken over, or the customer is deleted. Uncommitted work is lost, and the next worker repeats it.
    ports.log.info('sync_lost', { customer: progress.run.customerId, sync: progress.run.id });
    return undefined;
  }
  throw error;
}

/** How long Webex has asked us not to call; undefined when it has not. */
function webexPauseMs(error: unknown): number | undefined {
  const isWebex =
    error instanceof Failure && (error.code === 'webex_rate_limited' || error.code === 'webex_unavailable');
  return isWebex ? retryAfterMsOf(error) : undefined;
}
