/** Stores the lists of people whose removal awaits a decision, in documents below the store's size limit. */

import { Failure } from '../domain/failure.ts';
import type { HeldRemovals, HoldReason } from '../domain/sync-run.ts';
import type { Store, Write } from '../ports.ts';
import { heldOf } from '../storage/layout.ts';
import type { RunContext } from './context.ts';
import type { Progress } from './progress.ts';

/** The document `customers/{id}/held/{run}-{n}`. */
interface HeldPeople {
  run: string;
  /** Ids, one a line: an array would get an index entry for each of them. */
  people: string;
  expireAt: number;
}

/** With ids of 128 characters a document has 650 KB of the allowed 1 MiB, and a commit takes five. */
const peoplePerDocument = 5_000;
const documentsPerCommit = 5;

const heldPath = (customerId: string, runId: string, index: number) => `${heldOf(customerId)}/${runId}-${index}`;

/** Stores the people who have not been seen as awaiting a decision. The commit that ends the run announces them. */
export async function holdRemovals({ customer }: RunContext, progress: Progress, reason: HoldReason): Promise<void> {
  const { fence, roster } = progress.store;
  const { id, expireAt } = progress.run;
  const gone = roster.unseen();
  const writes: Write[] = [];
  for (let from = 0; from < gone.length; from += peoplePerDocument) {
    const people = gone.slice(from, from + peoplePerDocument).join('\n');
    const data: HeldPeople = { run: id, people, expireAt };
    writes.push({ set: heldPath(customer.id, id, writes.length), data });
  }
  for (let from = 0; from < writes.length; from += documentsPerCommit) {
    await fence.commit({}, { writes: writes.slice(from, from + documentsPerCommit) });
  }
  progress.hold({ state: 'waiting', reason, count: gone.length, documents: writes.length });
}

/**
 * The people whose removal a run holds, one document at a time: `index` from 0 up to `held.documents`.
 * @throws Failure `not_found`
 */
export async function readHeld(store: Store, customerId: string, runId: string, index: number): Promise<string[]> {
  const held = await store.get<HeldPeople>(heldPath(customerId, runId, index));
  if (!held) throw new Failure('not_found', 'This sync holds no removals.');
  return held.data.people.split('\n');
}

/**
 * All people whose removal a run holds.
 * @throws Failure `not_found`
 */
export async function readAllHeld(
  store: Store,
  customerId: string,
  runId: string,
  held: HeldRemovals | undefined,
): Promise<string[]> {
  const people: string[] = [];
  for (let index = 0; index < (held?.documents ?? 0); index++) {
    people.push(...(await readHeld(store, customerId, runId, index)));
  }
  return people;
}
