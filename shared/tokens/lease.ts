/** The two commits around an exchange: the lease before it, the result after it. Either may conflict, or lose its response. */

import { randomUUID } from 'node:crypto';
import { backoffMs } from '../domain/backoff.ts';
import type { Connection, Lease } from '../domain/connection.ts';
import type { Customer } from '../domain/customer.ts';
import { codeOf } from '../domain/failure.ts';
import { withLease } from '../domain/lease.ts';
import type { Decided, RefreshDecision } from '../domain/refresh-policy.ts';
import { second } from '../domain/time.ts';
import type { Ports, Stored } from '../ports.ts';
import { connectionPath, customerPath } from '../storage/layout.ts';
import { newEvents } from '../storage/outbox.ts';
import { commitDecision } from '../storage/transact.ts';

export type LeasedConnection = Connection & { lease: Lease };

export interface Leased {
  leased: Stored<LeasedConnection>;
  customer: Customer | undefined;
}

/** Why the lease was not taken; `superseded`: the pair has been replaced in the meantime. */
export interface NotLeased {
  outcome: Exclude<RefreshDecision['kind'], 'due'> | 'superseded';
  connection?: Connection;
}

/** After this many consecutive conflicts, give way to the other writers. */
const leaseTries = 3;
const storePause = { firstMs: 100, maxMs: 5 * second };

/**
 * Takes the lease on the version that was read, or returns why not. After a conflict the connection is read again: it may be
 * an edit that does not matter, the lease of another worker, or our own lease whose response was lost.
 * @param isSame whether the connection still has the pair to exchange
 * @throws Failure what the store throws
 */
export async function acquireLease(
  ports: Pick<Ports, 'store' | 'clock'>,
  first: Stored<Connection>,
  { decide, isSame }: { decide: (connection: Connection, now: number) => RefreshDecision; isSame: IsSame },
): Promise<Leased | NotLeased> {
  const { store, clock } = ports;
  const owner = randomUUID();
  let read = first;
  for (let tried = 0; tried < leaseTries; tried++) {
    const decision = decide(read.data, clock.now());
    if (decision.kind !== 'due') return { outcome: decision.kind, connection: read.data };
    const data = withLease(read.data, owner, clock.now());
    // Read the proxies while the commit of the lease is under way.
    const customer = store.get<Customer>(customerPath(data.customerId));
    let refusal: unknown;
    try {
      const [[version = ''], { data: record } = {}] = await Promise.all([
        store.commit([{ set: read.path, data, if: { version: read.version } }]),
        customer,
      ]);
      return { leased: { path: read.path, version, data }, customer: record };
    } catch (error) {
      refusal = error;
      if (codeOf(error) !== 'conflict' && codeOf(error) !== 'store_unavailable') throw error;
    }
    const now = await store.get<Connection>(read.path);
    if (!now) return { outcome: 'superseded' };
    const { lease } = now.data;
    if (lease?.owner === owner)
      return { leased: { ...now, data: { ...now.data, lease } }, customer: (await customer)?.data };
    if (codeOf(refusal) === 'store_unavailable') throw refusal;
    if (!isSame(now.data)) return { outcome: 'superseded', connection: now.data };
    read = now;
  }
  return { outcome: 'leased', connection: read.data };
}

export type IsSame = (connection: Connection) => boolean;

/**
 * Stores the result of an exchange, and retries until `until` (epoch ms) while the store is unavailable. After a conflict
 * the connection is read again, so that our result does not undo an edit of the customer, and a commit of our own whose
 * response was lost is recognized.
 * @returns the stored connection; undefined when `decide` finds that our result no longer counts
 * @throws Failure `store_unavailable` after `until`; what the store throws
 */
export async function storeResult(
  ports: Ports,
  leased: Stored<Connection>,
  result: {
    decide: (connection: Connection) => Decided | undefined;
    isStored: (connection: Connection) => boolean;
    until: number;
    by?: string | undefined;
  },
): Promise<Connection | undefined> {
  const { store, clock } = ports;
  const { customerId } = leased.data;
  let current: Stored<Connection> | undefined = leased;
  for (let attempt = 1; ; attempt++) {
    try {
      current ??= await store.get<Connection>(connectionPath(customerId));
      if (!current) return undefined;
      if (result.isStored(current.data)) return current.data;
      const decided = result.decide(current.data);
      if (!decided) return undefined;
      const { connection, events } = decided;
      await commitDecision(ports, {
        writes: [{ set: current.path, data: connection, if: { version: current.version } }],
        events: newEvents(events, { customerId, now: clock.now(), by: result.by }),
      });
      return connection;
    } catch (error) {
      const code = codeOf(error);
      // Read even after `until`: the connection now stored says whether our result still counts.
      if (code === 'conflict') current = undefined;
      else if (code !== 'store_unavailable' || clock.now() >= result.until) throw error;
      await clock.sleep(backoffMs(attempt, storePause, clock.random()));
    }
  }
}
