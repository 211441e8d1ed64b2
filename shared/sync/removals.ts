/** Who was absent from a complete scan: confirmed by Webex, then removed, or held for a decision. */

import { codeOf, Failure } from '../domain/failure.ts';
import { holdReason } from '../domain/removal-policy.ts';
import { belongs } from '../domain/scan.ts';
import { type HoldReason, inPhase } from '../domain/sync-run.ts';
import type { Write } from '../ports.ts';
import { heldOf } from '../storage/layout.ts';
import { watchSight } from './authorizer.ts';
import { advance, checkpointDue, checkpointWrites, outOfTime, type Session } from './session.ts';
import { commitRemovals, compare, flushAll, type Pending, usersPerCommit } from './user-writes.ts';

/** The document `customers/{id}/held/{run}-{n}`: people whose removal awaits a decision. */
export interface HeldPeople {
  run: string;
  /** Lines of ids: an array would get an index entry for every one of them. */
  people: string;
  expireAt: number;
}

/** As many ids as Webex takes in one `id=`. */
const idsPerRequest = 85;
/** 370 KB a document, seven in a commit. */
const heldPerDocument = 10_000;
const heldDocumentsPerCommit = 7;
/** Messages that may wait for SCIM's number: three hours by Pub/Sub's back-off. */
const scimAttempts = 20;

export const heldPath = (customerId: string, run: string, index: number) => `${heldOf(customerId)}/${run}-${index}`;

/**
 * Asks Webex about everybody who has not been seen. Whom Webex does not say to be gone counts as seen: afterwards the
 * unseen are proven to be gone. Answers whether it got to the end before the time was over.
 */
export async function confirmAbsent(session: Session): Promise<boolean> {
  const { ports, customer, roster } = session;
  const absent = roster.unseen();
  for (let from = session.confirmed; from < absent.length; from += idsPerRequest) {
    const ids = absent.slice(from, from + idsPerRequest);
    const answer = await session.call((access) => ports.webex.peopleById(access, ids));
    // Webex may show people of other organizations: who has moved there is gone from here.
    const moved = answer.people.filter((person) => !belongs(person, customer.accountNumber)).map(({ id }) => id);
    const gone = new Set([...answer.notFoundIds, ...moved]);
    for (const id of ids) {
      if (gone.has(id)) session.confirmed += 1;
      else await missed(session, id);
    }
    // After the work: every message gets a little further, however short its time.
    if (outOfTime(session) && from + idsPerRequest < absent.length) return false;
    if (checkpointDue(session)) await advance(session, {}, checkpointWrites(session, session.head.data));
  }
  const { authorizer } = session;
  if (authorizer && roster.hash(authorizer) !== undefined && !roster.isSeen(authorizer)) {
    await watchSight(session, 'gone');
  }
  return true;
}

/** Somebody whom the scan has missed and who is there all the same: counts as seen, and is compared like everybody else. */
async function missed(session: Session, id: string): Promise<void> {
  const { ports, roster } = session;
  const person = await session
    .call((access) => ports.webex.person(access, id))
    .catch((error) => {
      // Gone since; the next sync asks anew.
      if (codeOf(error) === 'webex_not_found') return undefined;
      throw error;
    });
  const pending: Pending = new Map();
  if (person) compare(session, [person], pending);
  await flushAll(session, pending);
  roster.see(id);
}

/** Why the confirmed removals must be held, if so. What was approved is held no more. */
export async function whyHeld(session: Session): Promise<HoldReason | undefined> {
  const { roster, run, settings, scan } = session;
  const unseen = roster.size - roster.seenCount;
  if (unseen === 0 || run.approves) return undefined;
  // A run that has been begun anew has perhaps removed some before.
  const gone = unseen + session.head.data.run!.counts.removed;
  const total = settings.checkTotal ? await scimTotal(session) : undefined;
  const facts = {
    gone,
    known: run.expected,
    scanned: scan.found ?? 0,
    present: roster.seenCount,
    ...(total !== undefined && { total }),
  };
  return holdReason(facts, settings);
}

/**
 * How many people there are by SCIM, or undefined where we may not ask.
 * @throws Failure `webex_unexpected` when it has given no answer for hours: the run fails, for people to see
 */
async function scimTotal({ ports, customer, call, run }: Session): Promise<number | undefined> {
  try {
    return await call((access) => ports.webex.scimTotal(access, customer.accountNumber));
  } catch (error) {
    if (['webex_forbidden', 'webex_unauthorized', 'webex_not_found', 'webex_unexpected'].includes(codeOf(error)))
      return undefined;
    if (codeOf(error) !== 'webex_unavailable' || run.attempts < scimAttempts) throw error;
    throw new Failure('webex_unexpected', 'SCIM does not say how many people there are.');
  }
}

/** Lists the unseen for a decision; the run that ends with this says so. */
export async function holdRemovals(session: Session, reason: HoldReason): Promise<void> {
  const { customer, roster } = session;
  const { id, expireAt } = session.run;
  const gone = roster.unseen();
  const writes: Write[] = [];
  for (let from = 0; from < gone.length; from += heldPerDocument) {
    const people = gone.slice(from, from + heldPerDocument).join('\n');
    const data: HeldPeople = { run: id, people, expireAt };
    writes.push({ set: heldPath(customer.id, id, writes.length), data });
  }
  for (let from = 0; from < writes.length; from += heldDocumentsPerCommit) {
    await advance(session, {}, writes.slice(from, from + heldDocumentsPerCommit));
  }
  const held = { state: 'waiting' as const, reason, count: gone.length, documents: writes.length };
  session.run = { ...session.run, held };
}

/**
 * Removes the unseen. That they may go is committed first: half of them gone, the rest would look like fewer than the
 * thresholds to whoever goes on. Answers whether it got to the end before the time was over.
 */
export async function removeUnseen(session: Session): Promise<boolean> {
  const { ports, roster } = session;
  const gone = roster.unseen();
  if (session.run.phases.at(-1)?.phase !== 'remove') {
    session.run = inPhase(session.run, 'remove', ports.clock.now());
    if (gone.length > usersPerCommit) await advance(session, {}, checkpointWrites(session, session.head.data));
  }
  for (let from = 0; from < gone.length; ) {
    from += await commitRemovals(session, gone.slice(from, from + usersPerCommit));
    if (outOfTime(session) && from < gone.length) return false;
  }
  return true;
}
