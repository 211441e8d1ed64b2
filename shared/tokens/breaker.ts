/** Reads and writes the fleet's circuit breaker. The rules are in domain/breaker.ts. */

import { afterRelease, type Breaker, newBreaker } from '../domain/breaker.ts';
import { Failure } from '../domain/failure.ts';
import type { Ports, Stored, Write } from '../ports.ts';
import { breakerPath } from '../storage/layout.ts';
import { transact } from '../storage/transact.ts';

type StorePort = Pick<Ports, 'store'>;

/** The breaker, and the write that replaces it unless another worker has changed it. */
export async function readBreaker({
  store,
}: StorePort): Promise<{ breaker: Breaker; write: (next: Breaker) => Write }> {
  const read = await store.get<Breaker>(breakerPath);
  return { breaker: read?.data ?? newBreaker, write: (next) => writeOf(read, next) };
}

function writeOf(read: Stored<Breaker> | undefined, data: Breaker): Write {
  return { set: breakerPath, data, if: read ? { version: read.version } : 'absent' };
}

/**
 * Changes the breaker; `change` returns undefined to leave it as it is.
 * @returns the breaker after the change
 * @throws Failure `busy`; what the store throws
 */
export async function changeBreaker(ports: Ports, change: (breaker: Breaker) => Breaker | undefined): Promise<Breaker> {
  return transact(ports, async () => {
    const { breaker, write } = await readBreaker(ports);
    const next = change(breaker);
    return { writes: next ? [write(next)] : [], result: next ?? breaker };
  });
}

/** @throws Failure `webex_rate_limited` while Webex has asked for no token request */
export async function assertNotPaused({ store, clock }: Pick<Ports, 'store' | 'clock'>): Promise<void> {
  const { breaker } = await readBreaker({ store });
  const retryAfterMs = (breaker.pausedUntil ?? 0) - clock.now();
  if (retryAfterMs > 0) throw new Failure('webex_rate_limited', 'Webex asks us to slow down.', { retryAfterMs });
}

/** Closes the breaker for an operator, so that the next run tries every customer again. */
export async function releaseBreaker(ports: Ports, by: string): Promise<Breaker> {
  const released = await changeBreaker(ports, (breaker) => afterRelease(breaker, by, ports.clock.now()));
  ports.log.info('breaker_released', { by });
  return released;
}
