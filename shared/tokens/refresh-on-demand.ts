/** Renews a connection when a caller asks. Callers who ask at the same time share one exchange and its result. */

import type { Connection } from '../domain/connection.ts';
import { Failure, type FailureCode } from '../domain/failure.ts';
import { leaseMs } from '../domain/lease.ts';

import type { Ports } from '../ports.ts';
import { connectionPath } from '../storage/layout.ts';
import { assertNotPaused } from './breaker.ts';
import { type RefreshResult, refreshConnection } from './refresh.ts';

/** Exchanges that this process has in progress. */
const inProgress = new WeakMap<object, Map<string, Promise<RefreshResult>>>();

/**
 * Callers of one process share one exchange; if another process holds the lease, they wait for its result.
 * @throws Failure `not_found`, `not_connected`, `reauthorization_required`, `busy`, `client_refused` and Webex's codes
 */
export async function refreshOnDemand(ports: Ports, customerId: string, by?: string): Promise<RefreshResult> {
  const sharing = inProgress.get(ports.store) ?? new Map<string, Promise<RefreshResult>>();
  inProgress.set(ports.store, sharing);
  const shared = sharing.get(customerId);
  if (shared) return shared;
  const own = waitOrRefresh(ports, customerId, by).finally(() => sharing.delete(customerId));
  sharing.set(customerId, own);
  return own;
}

async function waitOrRefresh(ports: Ports, customerId: string, by?: string): Promise<RefreshResult> {
  const { store, clock } = ports;
  const giveUpAt = clock.now() + leaseMs;
  let first: Connection | undefined;
  while (clock.now() < giveUpAt) {
    const read = await store.get<Connection>(connectionPath(customerId));
    if (!read) throw new Failure('not_found', 'There is no such customer.');
    const now = read.data;
    const before = first;
    first ??= now;
    if (before && now.grant?.serial !== before.grant?.serial) return { outcome: 'superseded', connection: now };
    // The owner of the lease got a failure, and asking Webex again at once would not help.
    if (before?.lease && now.failures > before.failures) throw failureFromFault(now);
    await assertNotPaused(ports);
    const result = await refreshConnection(ports, read, { force: true, by });
    switch (result.outcome) {
      case 'leased':
      case 'superseded':
        await clock.sleep(250 + 250 * clock.random());
        continue;
      case 'not_connected':
        throw new Failure('not_connected', 'No administrator has authorized this customer yet.');
      case 'reauthorization_required':
        throw new Failure(
          'reauthorization_required',
          'Webex has refused the grant: an administrator must authorize again.',
        );
      case 'failed':
        throw result.failure!;
      default:
        return result;
    }
  }
  throw new Failure('busy', 'Another refresh of this customer is in progress.', { retryAfterMs: 5_000 });
}

/** The failure that a connection's fault was stored from. */
function failureFromFault({ fault }: Connection): Failure {
  const { code = 'internal', message = 'The refresh failed.', trackingId } = fault ?? {};
  return new Failure(code as FailureCode, message, trackingId ? { trackingId } : {});
}
