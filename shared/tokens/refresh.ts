/**
 * Custody of one connection's token pair: lease → exchange → commit. The lease's conditional commit proves that the store
 * can be written before Webex is asked; what Webex returns is committed before anything uses it; the old pair stays until then.
 */

import type { Connection, Lease } from '../domain/connection.ts';
import { proxiesOf } from '../domain/customer.ts';
import type { EventDraft } from '../domain/event.ts';
import { Failure } from '../domain/failure.ts';
import { newGrant, type StoredGrant } from '../domain/grant.ts';
import type { Proxies } from '../domain/proxy.ts';
import { afterFailure, afterSuccess, isPlatformFault, mayExchange, storeWithinMs } from '../domain/refresh-policy.ts';
import type { Ports, Stored } from '../ports.ts';
import { accessTokenPlace, refreshTokenPlace } from '../storage/layout.ts';
import { lease, settle } from './lease.ts';
import { sealTokens } from './seal.ts';
import { prove } from './verify-grant.ts';

export type RefreshOutcome =
  /** A new pair is stored. */
  | 'refreshed'
  /** Webex answered with the token that we have: it renews at most once a day. */
  | 'unchanged'
  /** Somebody else renewed it meanwhile, or it is gone. */
  | 'superseded'
  | 'failed'
  /** Somebody else holds the lease. */
  | 'leased'
  | 'not_due'
  | 'not_connected'
  | 'reauthorization_required';

export interface RefreshResult {
  outcome: RefreshOutcome;
  connection?: Connection;
  failure?: Failure;
}

/**
 * Renews one connection from the version that was read. One read (the customer's proxies) and two writes.
 * Webex's refusals come back as outcomes.
 * @throws Failure for what is our own fault (nobody is marked): `client_refused`, and what secrets and store throw
 */
export async function refreshConnection(
  ports: Ports,
  read: Stored<Connection>,
  options: { force?: boolean; by?: string } = {},
): Promise<RefreshResult> {
  const { clock, log } = ports;
  const taken = await lease(ports, read, options.force);
  if ('outcome' in taken) return taken;
  const { held, customer } = taken;
  const { customerId, lease: mine } = held.data;
  const grant = held.data.grant!;

  const exchanged = await exchange(ports, held.data, proxiesOf(customer)).catch((error) => asFailure(error));
  if (exchanged instanceof Failure) {
    const failure = exchanged;
    const connection = await settle(ports, held, {
      // A failure counts only while the lease is still ours; a success is kept even when it came late.
      decide: (now) =>
        now.lease?.owner === mine.owner ? afterFailure(now, failure, clock.now(), clock.random()) : undefined,
      isStored: (now) => now.epoch === mine.epoch && !now.lease && now.grant?.serial === grant.serial,
      until: mine.endsAt,
    });
    if (isPlatformFault(failure.code)) throw failure;
    const { state, failures } = connection ?? {};
    log.warn('refresh_failed', { customer: customerId, ...failure.detail, state, failures });
    if (!connection) return { outcome: 'superseded' };
    if (state !== 'reauthorization_required') return { outcome: 'failed', connection, failure };
    log.warn('connection_ended', { customer: customerId, code: failure.code });
    return { outcome: 'reauthorization_required', connection, failure };
  }

  const { renewed, unchanged, lifetimeAssumed } = exchanged;
  const asked: EventDraft[] = options.by ? [{ type: 'refreshed', facts: { unchanged } }] : [];
  const connection = await settle(ports, held, {
    decide: (now) => {
      if (now.grant?.serial !== grant.serial) return undefined;
      const { requiredScopes } = ports.settings;
      const decided = afterSuccess(now, renewed, { owner: mine.owner, now: clock.now(), requiredScopes });
      return { ...decided, events: [...decided.events, ...asked] };
    },
    isStored: (now) => now.grant?.sealedAccessToken === renewed.sealedAccessToken,
    until: clock.now() + storeWithinMs,
    by: options.by,
  });
  if (!connection) return { outcome: 'superseded' };
  log.info('refreshed', {
    customer: customerId,
    unchanged,
    refreshExpiresAt: renewed.refreshExpiresAt,
    ...(lifetimeAssumed && { lifetimeAssumed }),
  });
  if (connection.grant?.unverified) {
    const proof = await prove(ports, connection, proxiesOf(customer));
    const ended = proof.connection?.state === 'reauthorization_required';
    return { outcome: ended ? 'reauthorization_required' : proof.failure ? 'failed' : 'refreshed', ...proof };
  }
  return { outcome: unchanged ? 'unchanged' : 'refreshed', connection };
}

interface Exchanged {
  renewed: StoredGrant;
  unchanged: boolean;
  lifetimeAssumed: boolean;
}

/** Asks Webex for a new pair and seals it. All that can be done before is: until its commit, the pair is in memory only. */
async function exchange(
  ports: Ports,
  leased: Connection & { lease: Lease },
  proxies: Proxies | undefined,
): Promise<Exchanged> {
  const { clock, sealer } = ports;
  const { customerId } = leased;
  const old = leased.grant!;
  const [refreshToken, oldAccessToken] = await Promise.all([
    sealer.open(old.sealedRefreshToken, refreshTokenPlace(customerId)),
    // Only compared with: a text that cannot be opened costs nothing.
    sealer.open(old.sealedAccessToken, accessTokenPlace(customerId)).catch(() => undefined),
  ]);
  if (!mayExchange(leased.lease, clock.now())) {
    throw new Failure('store_unavailable', 'The store took too long to begin a refresh.');
  }
  const pair = await ports.webex.refresh({ refreshToken, ...(proxies && { proxies }) });
  return {
    renewed: newGrant(pair, await sealTokens(sealer, customerId, { refreshToken, ...pair }), { before: old }),
    unchanged: oldAccessToken?.reveal() === pair.accessToken.reveal(),
    lifetimeAssumed: pair.accessExpiresAt === undefined,
  };
}

function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure('internal', 'The refresh failed.', { cause: String(error) });
}
