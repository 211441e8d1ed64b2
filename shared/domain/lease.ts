/** The lease on a connection's refresh token, and how long an exchange under it may take. Pure. */

import type { Connection, Lease } from './connection.ts';
import { hour, minute, second } from './time.ts';

/** Webex must refuse a grant twice, at least this far apart, before the refusal counts as confirmed. */
export const confirmRefusalAfterMs = 10 * minute;

/** An exchange at Webex has answered or is given up within this time. */
export const exchangeMs = 30 * second;

/**
 * How long one owner may hold a refresh token. A third goes to taking the lease, a third is the exchange, a third is slack
 * for clocks that differ: a live owner has given up before another worker may start.
 */
export const leaseMs = 3 * exchangeMs;

/**
 * How long to keep trying to store a new pair, counted from the exchange. A worker that takes the lease in the meantime can
 * be refused once at most, because the token was rotated; our pair is stored before that worker may ask a second time.
 */
export const storeWithinMs = leaseMs + confirmRefusalAfterMs;

/** Until when another owner holds the lease; undefined when it is free. */
export function leasedUntil({ lease }: Connection, now: number): number | undefined {
  // A lease that ends an hour too late was taken by a clock that has jumped back since, and must not block others for that
  // hour.
  return lease && lease.endsAt > now && lease.endsAt <= now + leaseMs + hour ? lease.endsAt : undefined;
}

/** Whether there is time for an exchange before the lease ends, with the slack that is its last third. */
export function mayExchange(lease: Lease, now: number): boolean {
  return now <= lease.endsAt - 2 * exchangeMs;
}

/** The connection with a lease for `owner`, who holds it once this is committed on the version that was read. */
export function withLease(connection: Connection, owner: string, now: number): Connection & { lease: Lease } {
  const ended = connection.state === 'reauthorization_required';
  const lease = { owner, endsAt: now + leaseMs };
  return { ...connection, epoch: connection.epoch + 1, lease, ...(ended && { retriedAt: now }) };
}
