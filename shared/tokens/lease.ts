/** The two commits around an exchange: the lease before it, the result after it. Either may conflict, or lose its answer. */

import { randomUUID } from 'node:crypto';
import type { Connection, Lease } from '../domain/connection.ts';
import type { Customer } from '../domain/customer.ts';
import { codeOf } from '../domain/failure.ts';
import { type Decided, decideRefresh, withLease } from '../domain/refresh-policy.ts';
import type { Ports, Stored } from '../ports.ts';
import { connectionPath, customerPath } from '../storage/layout.ts';
import { newEvents } from '../storage/outbox.ts';
import { commitDecision } from '../storage/transact.ts';
import type { RefreshResult } from './refresh.ts';

export interface Held {
  held: Stored<Connection & { lease: Lease }>;
  customer: Customer | undefined;
}

/** How often an edit of the connection that comes in between is read again before others go first. */
const leaseTries = 3;

/**
 * Takes the lease, or says why not. What was refused is read again: a conflict may be an edit that does not matter, somebody
 * else's lease, or our own lease whose answer was lost; so may a store that seemed away.
 */
export async function lease(ports: Ports, first: Stored<Connection>, force?: boolean): Promise<Held | RefreshResult> {
  const { store, clock } = ports;
  const owner = randomUUID();
  const serial = first.data.grant?.serial;
  let read = first;
  for (let tried = 0; tried < leaseTries; tried++) {
    const decision = decideRefresh(read.data, clock.now(), force);
    if (decision.kind !== 'due') return { outcome: decision.kind, connection: read.data };
    const data = withLease(read.data, owner, clock.now());
    // Side by side: the lease is on its way to the disk while the proxies are read.
    const customer = store.get<Customer>(customerPath(data.customerId));
    let refusal: unknown;
    try {
      const [[version = ''], { data: record } = {}] = await Promise.all([
        store.commit([{ set: read.path, data, if: { version: read.version } }]),
        customer,
      ]);
      return { held: { path: read.path, version, data }, customer: record };
    } catch (error) {
      refusal = error;
      if (codeOf(error) !== 'conflict' && codeOf(error) !== 'store_unavailable') throw error;
    }
    const now = await store.get<Connection>(read.path);
    if (!now) return { outcome: 'superseded' };
    const { lease: holder } = now.data;
    if (holder?.owner === owner)
      return { held: { ...now, data: { ...now.data, lease: holder } }, customer: (await customer)?.data };
    if (codeOf(refusal) === 'store_unavailable') throw refusal;
    if (now.data.grant?.serial !== serial) return { outcome: 'superseded', connection: now.data };
    read = now;
  }
  return { outcome: 'leased', connection: read.data };
}

/**
 * Commits what an exchange made of the connection, again and again while the store is away, until `until` (epoch ms).
 * On a conflict the connection is read again: an edit of the customer is kept beneath our result; a commit of ours
 * whose answer was lost is recognized; where `decide` finds that ours does not count any more, undefined comes back.
 */
export async function settle(
  ports: Ports,
  held: Stored<Connection>,
  result: {
    decide: (connection: Connection) => Decided | undefined;
    isStored: (connection: Connection) => boolean;
    until: number;
    by?: string | undefined;
  },
): Promise<Connection | undefined> {
  const { store, clock } = ports;
  const { customerId } = held.data;
  let current: Stored<Connection> | undefined = held;
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
      // However late: what was written instead says whether ours still counts.
      if (code === 'conflict') current = undefined;
      else if (code !== 'store_unavailable' || clock.now() >= result.until) throw error;
      await clock.sleep(Math.min(5_000, 50 * 2 ** attempt) * (0.5 + clock.random() / 2));
    }
  }
}
