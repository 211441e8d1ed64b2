/** Refreshes a customer when a caller asks: its grant or, without one, its pending pair. A revived grant is verified. */

import type { Connection } from '../domain/connection.ts';
import { Failure } from '../domain/failure.ts';
import type { Ports } from '../ports.ts';
import { connectionPath } from '../storage/layout.ts';
import { type CustomerAccess, getAccessToken } from '../tokens/access-token.ts';
import { refreshOnDemand } from '../tokens/refresh-on-demand.ts';
import { settlePending } from './pending-grant.ts';

/** `superseded`: another refresh has just renewed it. */
export type RefreshedBy = 'refreshed' | 'unchanged' | 'superseded';

/**
 * @throws Failure what `refreshOnDemand` throws, and why a pending pair could not be verified
 */
export async function refreshCustomer(ports: Ports, customerId: string, by?: string): Promise<RefreshedBy> {
  if (await settleOnly(ports, customerId)) return 'refreshed';
  const { outcome } = await refreshOnDemand(ports, customerId, by);
  if (outcome !== 'revived') return outcome as RefreshedBy;
  await assertSettled(ports, customerId);
  return 'refreshed';
}

/**
 * Like `getAccessToken`, but first verifies the pending pair of a customer without a grant.
 * @throws Failure as `refreshCustomer`
 */
export async function accessTokenFor(ports: Ports, customerId: string): Promise<CustomerAccess> {
  await settleOnly(ports, customerId);
  return getAccessToken(ports, customerId);
}

/** Settles the pending pair of a customer without a verified grant. @returns whether there was one */
async function settleOnly(ports: Ports, customerId: string): Promise<boolean> {
  const read = await ports.store.get<Connection>(connectionPath(customerId));
  const { pending, grant } = read?.data ?? {};
  if (!pending || (grant && pending.source !== 'revived')) return false;
  await assertSettled(ports, customerId);
  return true;
}

async function assertSettled(ports: Ports, customerId: string): Promise<void> {
  const outcome = await settlePending(ports, customerId);
  if ('failure' in outcome) throw outcome.failure;
  if (outcome.kind === 'verified' || outcome.kind === 'none') return;
  throw new Failure('busy', 'These tokens have not been verified yet. Try again shortly.', { retryAfterMs: 5_000 });
}
