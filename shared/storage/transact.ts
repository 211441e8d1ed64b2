/** Read, decide, commit; on a conflict read again: the one loop behind every change that is not a creation. */

import { codeOf, Failure } from '../domain/failure.ts';
import type { Clock, Store, Write } from '../ports.ts';

/** Tries before a caller is told that others keep changing the same document. */
const tries = 12;

/**
 * Runs `decide` and commits its writes until the preconditions hold. `decide` reads afresh each time.
 * @throws Failure `busy` when it loses every time; what `decide` and the store throw
 */
export async function transact<T>(
  ports: { store: Store; clock: Clock },
  decide: () => Promise<{ writes: Write[]; result: T }>,
): Promise<T> {
  for (let attempt = 1; attempt <= tries; attempt++) {
    const { writes, result } = await decide();
    if (writes.length === 0) return result;
    try {
      await ports.store.commit(writes);
      return result;
    } catch (error) {
      if (codeOf(error) !== 'conflict') throw error;
      await ports.clock.sleep(ports.clock.random() * 10 * 2 ** Math.min(attempt, 6));
    }
  }
  throw new Failure('busy', 'The customer is being changed by others; try again.', { retryAfterMs: 1000 });
}
