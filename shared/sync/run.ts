/** Makes a customer's stored users match its Webex organization: scan → confirm who is absent → remove or hold. */

import { purgeCustomer } from '../customers/purge.ts';
import type { Connection } from '../domain/connection.ts';
import { codeOf, Failure, type FailureCode, retryAfterMsOf } from '../domain/failure.ts';
import { inPhase, type SyncRun } from '../domain/sync-run.ts';
import type { Ports } from '../ports.ts';
import { connectionPath } from '../storage/layout.ts';
import { sendMessage } from '../storage/messages.ts';
import { markApproved } from './approval.ts';
import { watchAfterRefusal } from './authorizer.ts';
import { catalogWrites, complete, fail, leave } from './finish.ts';
import { confirmAbsent, holdRemovals, removeUnseen, whyHeld } from './removals.ts';
import { loadRoster } from './roster-store.ts';
import { scanPeople } from './scan.ts';
import { openSession, type Session } from './session.ts';

/**
 * A function that is called by a message has 9 minutes: the last call may take a minute and a half with its retries, and
 * the rest is for the last commits.
 */
const defaultBudgetMs = 7 * 60_000;

/** What another delivery of the message can cure. */
const curable: ReadonlySet<FailureCode> = new Set([
  'webex_unavailable',
  'webex_rate_limited',
  'store_unavailable',
  'secrets_unavailable',
  'queue_unavailable',
  'busy',
]);

/**
 * Works on the run that the message names, until it has ended, or `budgetMs` is used up or `ending` aborted; then another
 * message goes on.
 * A run that has ended is left alone. What no retry can cure ends the run as `failed`.
 * @throws Failure what another delivery of the message can cure
 */
export async function runSync(
  ports: Ports,
  customerId: string,
  syncId: string,
  budgetMs = defaultBudgetMs,
  ending?: AbortSignal,
): Promise<SyncRun | undefined> {
  const session = await openSession(ports, customerId, syncId, budgetMs, ending).catch(async (error) => {
    if (codeOf(error) !== 'not_found') throw error;
    // A request that crossed the customer's deletion has left a directory behind.
    await purgeCustomer(ports, customerId);
    return undefined;
  });
  if (!session) return undefined;
  try {
    const ended = await work(session);
    if (ended) return ended;
    const left = await leave(session);
    await sendMessage(ports, { customer: customerId, sync: syncId });
    return left;
  } catch (error) {
    return afterFailure(session, error);
  }
}

/** Every phase that the run has not got behind it. Undefined when the time is over before. */
async function work(session: Session): Promise<SyncRun | undefined> {
  const { clock } = session.ports;
  const begin = (phase: 'scan' | 'confirm') => {
    session.run = inPhase(session.run, phase, clock.now());
  };
  const phase = session.run.phases.at(-1)?.phase;
  await loadRoster(session);
  // One look-up of the token for all calls.
  await session.call(async () => undefined);
  const { approves } = session.run;
  const catalog = approves ? [] : catalogWrites(session);
  if (approves && !phase) await markApproved(session, approves);
  if (!approves && (!phase || phase === 'scan')) {
    begin('scan');
    if (!(await scanPeople(session))) return undefined;
    session.scan = { ...session.scan, found: session.roster.seenCount };
  }
  if (phase !== 'remove' && session.roster.seenCount < session.roster.size) {
    begin('confirm');
    if (!(await confirmAbsent(session))) return undefined;
    const reason = await whyHeld(session);
    if (reason) await holdRemovals(session, reason);
  }
  if (!session.run.held && session.roster.seenCount < session.roster.size) {
    if (!(await removeUnseen(session))) return undefined;
  }
  return complete(session, await catalog);
}

async function afterFailure(session: Session, error: unknown): Promise<SyncRun | undefined> {
  const { ports, run } = session;
  const code = codeOf(error);
  try {
    if (code === 'conflict') throw error;
    if (code === 'webex_forbidden') await watchAfterRefusal(session);
    if (!curable.has(code) && !(await wasReconnected(session))) return await fail(session, error);
    // Where the store is away, the lease runs out by itself.
    if (code !== 'store_unavailable') await leave(session, retryAfterMs(error));
  } catch (second) {
    if (codeOf(second) !== 'conflict') throw error;
    // Somebody else has gone on, or the customer is deleted: what we had not committed is theirs to find out.
    ports.log.info('sync_lost', { customer: run.customerId, sync: run.id });
    return undefined;
  }
  throw error;
}

/** Somebody has connected the customer anew meanwhile, and counts on this run: the next delivery goes on with the new grant. */
async function wasReconnected({ ports, customer, grantedAt }: Session): Promise<boolean> {
  const connection = await ports.store.get<Connection>(connectionPath(customer.id));
  return connection?.data.grant !== undefined && connection.data.grant.grantedAt !== grantedAt;
}

function retryAfterMs(error: unknown): number | undefined {
  return error instanceof Failure && error.code === 'webex_rate_limited' ? retryAfterMsOf(error) : undefined;
}
