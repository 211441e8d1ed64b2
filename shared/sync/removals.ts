/** The people absent from a complete scan: confirmed by Webex, then removed, or held for a decision. */

import { codeOf, type FailureCode } from '../domain/failure.ts';
import { holdReason } from '../domain/removal-policy.ts';
import { hasMissedMany, isMember } from '../domain/scan.ts';
import type { HoldReason } from '../domain/sync-run.ts';
import { watchAuthorizer } from './authorizer.ts';
import { isTimeUp, maxOutageAttempts, type PhaseEnd, type RunContext } from './context.ts';
import { holdRemovals } from './held-people.ts';
import type { Progress } from './progress.ts';
import { readScimTotal } from './scim-total.ts';
import { removeUsers, usersPerCommit } from './user-writes.ts';

/** Webex takes no more ids in one `id=`. Longer ids than uuids must also fit into the request's address. */
const maxIds = 85;
const maxIdCharacters = 4_000;
/** Refusals that may concern one person only: that person is skipped. */
const isRefused: ReadonlySet<FailureCode> = new Set(['webex_forbidden', 'webex_unexpected']);

/**
 * Asks Webex about every person who has not been seen. People that Webex does not report as gone count as seen, so that
 * everyone still unseen afterwards is confirmed gone. Removals above the thresholds are held.
 * @throws Failure what the calls and commits throw
 */
export async function confirmAbsent(context: RunContext, progress: Progress): Promise<PhaseEnd> {
  const { store, users } = progress;
  const { settings, grant } = context;
  const checksTotal = settings.checkTotal && !progress.run.approves;
  const total = checksTotal ? await readScimTotal(context, progress) : undefined;
  // When SCIM gives no count to compare with, each person must be missing from a second look-up too.
  const end = await confirmEach(context, progress, checksTotal && total === undefined);
  if (end !== 'complete') return end;
  await users.flushAll();
  const { authorizer } = grant;
  if (authorizer && store.roster.hash(authorizer) !== undefined && !store.roster.isSeen(authorizer)) {
    await watchAuthorizer(context, store.fence, 'gone');
  }
  const reason = findHoldReason(context, progress, total);
  if (reason) await holdRemovals(context, progress, reason);
  return 'complete';
}

async function confirmEach(context: RunContext, progress: Progress, needsSecondLook: boolean): Promise<PhaseEnd> {
  const absent = progress.store.roster.unseen();
  let missed = 0;
  for (let from = progress.confirmed; from < absent.length; ) {
    const ids = idsForRequest(absent, from);
    from += ids.length;
    const gone = await findGone(context, ids);
    missed += ids.filter((id) => !gone.has(id)).length;
    if (!progress.run.approves && hasMissedMany(missed, progress.scan) && progress.restartScan()) return 'scan_again';
    for (const id of ids) {
      if (gone.has(id) && !needsSecondLook) {
        progress.confirm(1);
        continue;
      }
      const isFound = await lookUp(context, progress, id);
      if (gone.has(id) && !isFound) progress.confirm(1);
      else progress.store.roster.see(id);
      if (progress.isCheckpointDue()) await progress.saveCheckpoint();
      if (isTimeUp(context)) return 'time_up';
    }
    // Checked after the work, so that every message makes progress, however short its time.
    if (isTimeUp(context) && from < absent.length) return 'time_up';
    if (progress.isCheckpointDue()) await progress.saveCheckpoint();
  }
  return 'complete';
}

function idsForRequest(people: string[], from: number): string[] {
  const ids: string[] = [];
  let characters = 0;
  for (const id of people.slice(from, from + maxIds)) {
    characters += id.length;
    if (characters > maxIdCharacters) break;
    ids.push(id);
  }
  return ids;
}

async function findGone({ ports, customer, call }: RunContext, ids: string[]): Promise<Set<string>> {
  const { people, notFoundIds } = await call((access) => ports.webex.peopleById(access, ids));
  // Webex may show people of other organizations: a person who has moved there is gone from here.
  const moved = people.filter((person) => !isMember(person, customer.accountNumber)).map(({ id }) => id);
  return new Set([...notFoundIds, ...moved]);
}

/**
 * Looks up one person, and compares them with the roster.
 * @returns false when Webex does not know the person, or not in this organization
 */
async function lookUp({ ports, customer, call }: RunContext, progress: Progress, id: string): Promise<boolean> {
  const { users, run } = progress;
  try {
    const person = await call((access) => ports.webex.person(access, id));
    if (!isMember(person, customer.accountNumber)) return false;
    users.compare([person]);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'webex_not_found') return false;
    const isLasting = code === 'webex_unavailable' && run.attempts >= maxOutageAttempts;
    if (!isRefused.has(code) && !isLasting) throw error;
    users.skip(id, code);
  }
  return true;
}

/** Why the confirmed removals must be held. Removals that were approved are not held again. */
function findHoldReason(
  { settings }: RunContext,
  { run, scan, store, present }: Progress,
  total: number | undefined,
): HoldReason | undefined {
  const { head } = store.fence;
  const { size, seenCount } = store.roster;
  if (size === seenCount || run.approves) return undefined;
  // A run that started over may have removed people before.
  const gone = size - seenCount + head.run!.counts.removed;
  const facts = { gone, known: run.expected, scanned: scan.found ?? 0, present };
  return holdReason({ ...facts, ...(total !== undefined && { total: total - (head.scimSurplus ?? 0) }) }, settings);
}

/** Removes the people who are confirmed gone. */
export async function removeUnseen(context: RunContext, progress: Progress): Promise<PhaseEnd> {
  const { store } = progress;
  const gone = store.roster.unseen();
  // The phase is committed first: after half of the removals the rest would be below the thresholds.
  if (gone.length > usersPerCommit) await progress.saveCheckpoint();
  for (let from = 0; from < gone.length; ) {
    from += await removeUsers(context, store, gone.slice(from, from + usersPerCommit));
    if (isTimeUp(context) && from < gone.length) return 'time_up';
  }
  return 'complete';
}
