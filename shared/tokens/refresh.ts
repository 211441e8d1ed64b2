/** Renews the grant of one connection. */

import { randomUUID } from 'node:crypto';
import type { Connection } from '../domain/connection.ts';
import type { EventDraft } from '../domain/event.ts';
import type { Failure } from '../domain/failure.ts';
import { newGrant, newPending } from '../domain/grant.ts';
import {
  afterFailure,
  afterSuccess,
  afterUnjudged,
  type Decided,
  decideRefresh,
  isRefusal,
} from '../domain/refresh-policy.ts';
import { day } from '../domain/time.ts';
import type { Ports, Stored } from '../ports.ts';
import { type Exchange, exchangeUnderLease, type SealedPair } from './exchange.ts';
import type { NotLeased } from './lease.ts';

export type RefreshOutcome =
  /** A new pair is stored. */
  | 'refreshed'
  /** Webex returned the token that we have: it renews at most once a day. */
  | 'unchanged'
  /** An ended connection got a new pair, which is stored as pending and must be verified. */
  | 'revived'
  | 'failed'
  /** Webex refused or limited the rate, and the run judges it later. Only with `judgeLater`. */
  | 'unjudged'
  | NotLeased['outcome'];

export interface RefreshResult {
  outcome: RefreshOutcome;
  connection?: Connection;
  failure?: Failure;
}

export interface RefreshOptions {
  /** A caller asks: before it is due, and for an ended connection at most every 10 minutes. */
  force?: boolean;
  by?: string | undefined;
  /**
   * How to treat a refusal that is judged later: `note` records it for the run's end; `leave` does not change the
   * connection, which was asked as part of a sample.
   */
  judgeLater?: 'note' | 'leave';
  /** Refusals before this instant no longer count. */
  voidBefore?: number | undefined;
}

/**
 * Renews one connection from the version that was read. One read (the customer's proxies) and two writes. Webex's refusals
 * come back as outcomes.
 * @throws Failure for faults of our own platform (the customer is not marked): what secrets and store throw
 */
export async function refreshConnection(
  ports: Ports,
  read: Stored<Connection>,
  options: RefreshOptions = {},
): Promise<RefreshResult> {
  const { log } = ports;
  const { customerId } = read.data;
  const result = await exchangeUnderLease(ports, read, refreshExchange(ports, options));
  if ('outcome' in result) return result;
  const { connection } = result;
  if (result.kind === 'failure') {
    const { failure } = result;
    const { state, failures } = connection ?? {};
    log.warn('refresh_failed', { customer: customerId, ...failure.detail, state, failures });
    if (!connection) return { outcome: 'superseded' };
    return { outcome: isUnjudged(failure, options) ? 'unjudged' : 'failed', connection, failure };
  }
  if (!connection) return { outcome: 'superseded' };
  const { facts, unchanged } = result.pair;
  const { refreshExpiresAt, accessExpiresAt } = facts;
  const assumed = accessExpiresAt === undefined && { lifetimeAssumed: true };
  log.info('refreshed', { customer: customerId, unchanged, refreshExpiresAt, ...assumed });
  if (connection.state === 'reauthorization_required') return { outcome: 'revived', connection };
  return { outcome: unchanged ? 'unchanged' : 'refreshed', connection };
}

function isUnjudged({ code }: Failure, { judgeLater }: RefreshOptions): boolean {
  return judgeLater !== undefined && (isRefusal(code) || code === 'webex_rate_limited');
}

function refreshExchange(ports: Ports, options: RefreshOptions): Exchange {
  const { clock } = ports;
  const { force, by, voidBefore } = options;
  return {
    decide: (connection, now) => decideRefresh(connection, now, force),
    pairOf: ({ grant }) => grant,
    isSame: (leased, now) => leased.grant !== undefined && now.grant?.serial === leased.grant.serial,
    afterPair: (now, pair, owner) => afterPair(ports, now, pair, owner, by),
    afterFailure(now, failure) {
      const context = { now: clock.now(), random: clock.random(), ...(voidBefore && { voidBefore }) };
      if (isUnjudged(failure, options)) {
        const connection = options.judgeLater === 'leave' ? withoutLease(now) : afterUnjudged(now, failure, context);
        return { connection, events: [] };
      }
      return afterFailure(now, failure, context);
    },
    by,
  };
}

function withoutLease({ lease: _lease, ...released }: Connection): Connection {
  return released;
}

function afterPair(
  { clock, settings }: Ports,
  connection: Connection,
  { facts, sealed, unchanged }: SealedPair,
  owner: string,
  by: string | undefined,
): Decided {
  const now = clock.now();
  const grant = newGrant(facts, sealed, { before: connection.grant! });
  if (connection.state === 'reauthorization_required') {
    const { lease: _lease, ...released } = connection;
    // The new pair replaces the grant too: where Webex rotates tokens the old pair is dead from now on.
    const pending = newPending({ id: randomUUID(), source: 'revived', sealed, facts, by, now });
    return { connection: { ...released, grant, pending, nextVerifyAt: now, nextRefreshAt: now + day }, events: [] };
  }
  const decided = afterSuccess(connection, grant, { owner, now, requiredScopes: settings.requiredScopes });
  const asked: EventDraft[] = by ? [{ type: 'refreshed', facts: { unchanged } }] : [];
  return { ...decided, events: [...decided.events, ...asked] };
}
