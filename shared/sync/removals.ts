/** The people absent from a complete scan: confirmed by Webex, then removed, or held for a decision. */

import { codeOf, Failure, type FailureCode } from '../domain/failure.ts';
import { holdReason } from '../domain/removal-policy.ts';
import { isMember } from '../domain/scan.ts';
import type { HoldReason } from '../domain/sync-run.ts';
import { watchAuthorizer } from './authorizer.ts';
import { isTimeUp, type RunContext } from './context.ts';
import { holdRemovals } from './held-people.ts';
import type { Progress } from './progress.ts';
import { removeUsers, usersPerCommit } from './user-writes.ts';

/** Webex takes no more ids in one `id=`. */
const idsPerRequest = 85;
/** After so many messages a run no longer waits for SCIM's total: Pub/Sub's backoff makes that three hours. */
const maxScimAttempts = 20;
/** SCIM may not be read with this token, or does not exist here. */
const withoutScim: ReadonlySet<FailureCode> = new Set([
  'webex_forbidden',
  'webex_unauthorized',
  'webex_not_found',
  'webex_unexpected',
]);

/**
 * Asks Webex about everybody who has not been seen. People whom Webex does not report as gone count as seen, so that
 * everyone still unseen afterwards is confirmed gone. Removals above the thresholds are held.
 * @returns whether it asked about all of them before the time was up
 */
export async function confirmAbsent(context: RunContext, progress: Progress): Promise<boolean> {
  const { fence, roster } = progress.store;
  const absent = roster.unseen();
  for (let from = progress.confirmed; from < absent.length; from += idsPerRequest) {
    const ids = absent.slice(from, from + idsPerRequest);
    const gone = await findGone(context, ids);
    for (const id of ids) {
      if (gone.has(id)) progress.confirm(1);
      else await compareMissed(context, progress, id);
    }
    // Checked after the work, so that every message makes progress, however short its time.
    if (isTimeUp(context) && from + idsPerRequest < absent.length) return false;
    if (progress.isCheckpointDue()) await progress.saveCheckpoint();
  }
  const { authorizer } = context.grant;
  if (authorizer && roster.hash(authorizer) !== undefined && !roster.isSeen(authorizer)) {
    await watchAuthorizer(context, fence, 'gone');
  }
  const reason = await findHoldReason(context, progress);
  if (reason) await holdRemovals(context, progress, reason);
  return true;
}

async function findGone({ ports, customer, call }: RunContext, ids: string[]): Promise<Set<string>> {
  const { people, notFoundIds } = await call((access) => ports.webex.peopleById(access, ids));
  // Webex may show people of other organizations: a person who has moved there is gone from here.
  const moved = people.filter((person) => !isMember(person, customer.accountNumber)).map(({ id }) => id);
  return new Set([...notFoundIds, ...moved]);
}

/** A person whom the scan has missed counts as seen, and is compared like everybody else. */
async function compareMissed({ ports, call }: RunContext, { store, users }: Progress, id: string): Promise<void> {
  const person = await call((access) => ports.webex.person(access, id)).catch((error) => {
    // Gone in the meantime; the next sync asks again.
    if (codeOf(error) === 'webex_not_found') return undefined;
    throw error;
  });
  if (person) users.compare([person]);
  await users.flushAll();
  store.roster.see(id);
}

/** Why the confirmed removals must be held. Removals that were approved are not held again. */
async function findHoldReason(context: RunContext, { run, scan, store }: Progress): Promise<HoldReason | undefined> {
  const { settings } = context;
  const { roster, fence } = store;
  const unseen = roster.size - roster.seenCount;
  if (unseen === 0 || run.approves) return undefined;
  // A run that started over may have removed people before.
  const gone = unseen + fence.head.run!.counts.removed;
  const total = settings.checkTotal ? await readScimTotal(context, run.attempts) : undefined;
  const facts = { gone, known: run.expected, scanned: scan.found ?? 0, present: roster.seenCount };
  return holdReason({ ...facts, ...(total !== undefined && { total }) }, settings);
}

/**
 * How many people there are by SCIM; undefined when we may not ask.
 * @throws Failure `webex_unexpected` when SCIM has given no answer for hours, so that the run fails visibly
 */
async function readScimTotal({ ports, customer, call }: RunContext, attempts: number): Promise<number | undefined> {
  try {
    return await call((access) => ports.webex.scimTotal(access, customer.accountNumber));
  } catch (error) {
    if (withoutScim.has(codeOf(error))) return undefined;
    if (codeOf(error) !== 'webex_unavailable' || attempts < maxScimAttempts) throw error;
    throw new Failure('webex_unexpected', 'SCIM does not say how many people there are.');
  }
}

/**
 * Removes everybody who is confirmed gone.
 * @returns whether it removed all of them before the time was up
 */
export async function removeUnseen(context: RunContext, progress: Progress): Promise<boolean> {
  const { store } = progress;
  const gone = store.roster.unseen();
  // The phase is committed first: after half of the removals the rest would be below the thresholds.
  if (gone.length > usersPerCommit) await progress.saveCheckpoint();
  for (let from = 0; from < gone.length; ) {
    from += await removeUsers(context, store, gone.slice(from, from + usersPerCommit));
    if (isTimeUp(context) && from < gone.length) return false;
  }
  return true;
}
