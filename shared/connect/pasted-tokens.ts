/**
 * Adopts a pasted token pair: refreshes it at once, looks whose it is, and stores what came of it. While Webex is away
 * the pasted pair is kept as it is, and proven by the first refresh that gets through.
 */

import { randomUUID } from 'node:crypto';
import { readStored } from '../customers/records.ts';
import { assertServes, type Consent } from '../domain/authorization.ts';
import { actor, type Caller } from '../domain/caller.ts';
import type { Connection } from '../domain/connection.ts';
import { type Customer, proxiesOf } from '../domain/customer.ts';
import type { EventDraft } from '../domain/event.ts';
import { codeOf, Failure, type FailureCode } from '../domain/failure.ts';
import { newGrant, type TokenPair } from '../domain/grant.ts';
import { isPlatformFault, withGrant, withLease } from '../domain/refresh-policy.ts';
import type { Secret } from '../domain/secret.ts';
import type { Ports, Stored } from '../ports.ts';
import { connectionPath, refreshTokenPlace } from '../storage/layout.ts';
import { newEvents } from '../storage/outbox.ts';
import { transact } from '../storage/transact.ts';
import { decideRequest } from '../sync/request.ts';
import { identify } from '../tokens/identify.ts';
import { sealTokens } from '../tokens/seal.ts';

export interface Pasted {
  accessToken: Secret;
  refreshToken: Secret;
}

/** What Webex said of a pasted pair: `proven` with whose it is, or why it could not be asked. */
export type ExchangeResult = { requestedAt: number } & (
  | { kind: 'proven'; pair: TokenPair; consent: Consent }
  | { kind: 'unverified'; pair?: TokenPair; failure: Failure }
);

/** The pair is not this customer's, or of no use to it. */
const final: ReadonlySet<FailureCode> = new Set(['wrong_organization', 'administrator_required', 'scopes_missing']);

/**
 * Exchanges the pasted refresh token and asks whose it is; what does not fit is refused.
 * @throws Failure `invalid_request` when Webex refuses the token, `wrong_organization`, `administrator_required`,
 *   `scopes_missing`, `client_refused`
 */
export async function exchangePastedTokens(
  ports: Ports,
  customer: Customer,
  { refreshToken }: Pasted,
): Promise<ExchangeResult> {
  const { clock, sealer, settings, webex } = ports;
  const proxies = proxiesOf(customer);
  // Proves that we can seal, before Webex gives a pair that would be lost otherwise.
  await sealer.seal(refreshToken, refreshTokenPlace(customer.id));
  const requestedAt = clock.now();
  let pair: TokenPair | undefined;
  try {
    pair = await webex.refresh({ refreshToken, ...(proxies && { proxies }) });
    const consent = await identify(ports, pair, proxies);
    assertServes(consent, {
      customer: customer.name,
      accountNumber: customer.accountNumber,
      scopes: settings.requiredScopes,
    });
    return { kind: 'proven', pair, consent, requestedAt };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'grant_refused') {
      const problems = [
        { pointer: '/refresh_token', detail: 'is not accepted by Webex: it is too old, revoked or mistyped' },
      ];
      throw new Failure('invalid_request', 'The request is not valid.', { problems });
    }
    if (final.has(code) || (!pair && (isPlatformFault(code) || !(error instanceof Failure)))) throw error;
    // Whatever else Webex says may pass, and what it has renewed must not be lost.
    return { kind: 'unverified', failure: toFailure(error), requestedAt, ...(pair && { pair }) };
  }
}

/** The connection with the pair that came of an adoption, and what happened. */
export async function adopted(
  { sealer, clock, settings }: Pick<Ports, 'sealer' | 'clock' | 'settings'>,
  before: Connection,
  pasted: Pasted,
  adoption: ExchangeResult,
): Promise<{ connection: Connection; events: EventDraft[] }> {
  const { customerId } = before;
  const { pair, requestedAt } = adoption;
  const sealed = await sealTokens(sealer, customerId, { ...pasted, ...pair });
  const grant = newGrant(pair ?? { requestedAt }, sealed, { after: before.grant?.serial });
  const now = clock.now();
  if (adoption.kind === 'unverified') {
    const { code, message } = adoption.failure;
    const fault = { code, message, at: now };
    const connection = withGrant(before, { ...grant, unverified: true }, now);
    return {
      connection: { ...connection, state: 'degraded', failures: 1, fault, nextRefreshAt: now },
      events: [{ type: 'degraded', facts: { code } }],
    };
  }
  const { authorizer, scopes } = adoption.consent;
  const again = before.state !== 'absent';
  const facts = { organization: authorizer.organizationName, authorizer: authorizer.email, again, pasted: true };
  return {
    connection: withGrant(before, { ...grant, scopes, authorizer }, now, settings.requiredScopes),
    events: [{ type: 'connected', facts }],
  };
}

/**
 * Adopts a pair into a stored customer, under the lease of its connection, and asks for a sync of its users. `customer`: the record as the request will
 * leave it. While Webex is away, a connection that works is not given up for a pair that nobody has proven.
 * @throws Failure what `tryPasted` throws; `webex_unavailable` and its like; `busy` while a refresh is under way
 */
export async function adoptInto(ports: Ports, caller: Caller, customer: Customer, pasted: Pasted): Promise<void> {
  const { store, clock } = ports;
  const held = await lease(ports, caller, customer.id);
  try {
    const adoption = await exchangePastedTokens(ports, customer, pasted);
    const keepsOld = held.data.state === 'active' || held.data.state === 'degraded';
    if (adoption.kind === 'unverified' && keepsOld && !adoption.pair) throw adoption.failure;
    const by = actor(caller);
    await transact(ports, async () => {
      const read = await owned(ports, held);
      const decided = await adopted(ports, read.data, pasted, adoption);
      const events = newEvents(decided.events, { customerId: customer.id, now: clock.now(), by });
      const sync = await decideRequest(ports, customer.id, by);
      const write = { set: read.path, data: decided.connection, if: { version: read.version } };
      return {
        writes: [write, ...sync.writes],
        events: [...events, ...sync.events],
        messages: sync.messages,
        result: undefined,
      };
    });
  } catch (error) {
    await release(ports, held).catch(() => {});
    throw error;
  }

  async function release(parts: Ports, leased: Stored<Connection>): Promise<void> {
    const read = await owned(parts, leased);
    const { lease: _lease, ...rest } = read.data;
    await store.commit([{ set: read.path, data: rest, if: { version: read.version } }]);
  }
}

/** Takes the right to exchange: what is pasted may be the very token that a refresh is exchanging. */
async function lease(ports: Ports, caller: Caller, customerId: string): Promise<Stored<Connection>> {
  return transact(ports, async () => {
    const { connection } = await readStored(ports.store, caller, customerId, 'administrator');
    const now = ports.clock.now();
    if (connection.data.lease && connection.data.lease.endsAt > now) {
      throw new Failure('busy', 'A refresh of this customer is under way.', { retryAfterMs: 5_000 });
    }
    const data = withLease(connection.data, randomUUID(), now);
    const writes = [{ set: connection.path, data, if: { version: connection.version } }];
    return { writes, result: { ...connection, data } };
  });
}

/** The connection as it is now, while the lease is still ours. */
async function owned(
  { store }: Ports,
  { data: { customerId, epoch } }: Stored<Connection>,
): Promise<Stored<Connection>> {
  const read = await store.get<Connection>(connectionPath(customerId));
  if (read?.data.epoch !== epoch) throw new Failure('busy', 'Another refresh of this customer is under way.');
  return read;
}

function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure('internal', 'The tokens could not be proven.', { cause: String(error) });
}
