/** Read, decide, commit, then publish and send: the one loop behind every change. */

import { backoffMs } from '../domain/backoff.ts';
import type { CustomerEvent } from '../domain/event.ts';
import { codeOf, Failure } from '../domain/failure.ts';
import type { Ports, Stored, Write } from '../ports.ts';
import { type Message, newUnsent, sendUnsent, unsentWrites } from './messages.ts';
import { eventWrites, publishEvents } from './outbox.ts';

type TransactPorts = Pick<Ports, 'store' | 'queue' | 'clock' | 'log' | 'settings'>;

/** What a flow decides from the documents that it read. */
export interface Decision {
  /** With the versions that were read as preconditions: after a conflict the decision is made again. */
  writes: Write[];
  /** What happened; recorded in the same commit, and published after it. */
  events?: CustomerEvent[];
  /** Stored in the same commit, and sent after it. */
  messages?: Message[];
}

/**
 * Names a document that was read and is left as it is: the commit fails if the document has changed since. It writes the
 * same data back, because Firestore's public API has no write that only checks; on Firestore the version then stays.
 */
export function unchanged({ path, version, data }: Stored<object>): Write {
  return { set: path, data, if: { version } };
}

/** Attempts before the caller gets `busy`. */
const maxAttempts = 12;
const pause = { firstMs: 20, maxMs: 640 };

/**
 * Runs `decide` and commits its decision, all or nothing; after a conflict `decide` reads and decides again. After the
 * commit the events are published and the messages sent. What a crash leaves unpublished or unsent is stored, and the next
 * sweep publishes or sends it.
 * @throws Failure `busy` when it loses every time; what `decide` and the store throw
 */
export async function transact<T>(ports: TransactPorts, decide: () => Promise<Decision & { result: T }>): Promise<T> {
  const { clock } = ports;
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const decision = await decide();
    try {
      await commitDecision(ports, decision);
      return decision.result;
    } catch (error) {
      if (codeOf(error) !== 'conflict') throw error;
      await clock.sleep(backoffMs(attempt, pause, clock.random()));
    }
  }
  throw new Failure('busy', 'Other requests keep changing this customer. Try again.', { retryAfterMs: 1000 });
}

/**
 * Commits a decision once, then publishes its events and sends its messages.
 * @returns the versions of `decision.writes`, in order
 * @throws Failure what the store throws: nothing is published then
 */
export async function commitDecision(
  ports: TransactPorts,
  { writes, events = [], messages = [] }: Decision,
): Promise<string[]> {
  const unsent = newUnsent(messages, ports.clock.now());
  const all = [...writes, ...eventWrites(events), ...unsentWrites(unsent)];
  const versions = all.length > 0 ? await ports.store.commit(all) : [];
  await publishEvents(ports, events);
  await sendUnsent(ports, unsent);
  return versions.slice(0, writes.length);
}

/**
 * Commits a decision once, if the documents are as they were read.
 * @returns whether it was committed; false after a conflict
 * @throws Failure what the store throws, except `conflict`
 */
export async function commitUnlessConflict(ports: TransactPorts, decision: Decision): Promise<boolean> {
  try {
    await commitDecision(ports, decision);
    return true;
  } catch (error) {
    if (codeOf(error) !== 'conflict') throw error;
    return false;
  }
}
