/**
 * Tokens that a caller pastes: exchanged at once under the lease, stored before anything else is done with them, then
 * verified. While Webex is unavailable, a customer without a working grant keeps the pasted pair as pending.
 */

import { randomUUID } from 'node:crypto';
import { deleteCustomer } from '../customers/delete.ts';
import { type CustomerRead, createCustomer, readCustomer, readStored } from '../customers/records.ts';
import { actor, type Caller } from '../domain/caller.ts';
import type { Connection } from '../domain/connection.ts';
import type { Customer } from '../domain/customer.ts';
import { codeOf, Failure } from '../domain/failure.ts';
import { newPending, type PendingGrant } from '../domain/grant.ts';
import { leasedUntil } from '../domain/lease.ts';
import { asBeforePasting, withPending } from '../domain/pending-policy.ts';
import type { Secret } from '../domain/secret.ts';
import { leaseMs } from '../domain/sync-head.ts';
import type { Ports } from '../ports.ts';
import { connectionPath, refreshTokenPlace } from '../storage/layout.ts';
import { transact, unchanged } from '../storage/transact.ts';
import { assertNotPaused } from '../tokens/breaker.ts';
import { sealTokens } from '../tokens/seal.ts';
import { isRejected, type Pasting, settlePending } from './pending-grant.ts';
import { refreshCustomer } from './refresh-customer.ts';

export interface PastedTokens {
  accessToken: Secret;
  refreshToken: Secret;
}

/** `verified`, or accepted and waiting because Webex did not respond. */
export type ExchangeResult = { kind: 'verified' } | { kind: 'waiting'; failure: Failure };

/** For this long the scheduled run leaves the pair to the request that pasted it; after that, the request must have died. */
const requestMs = 2 * leaseMs;

/**
 * Exchanges and verifies pasted tokens for a stored customer. `customer`: the record as the request will leave it. A connection
 * that works stays as it is until the new pair is verified.
 * @throws Failure `invalid_request` when Webex refuses the tokens; `wrong_organization`, `administrator_required`,
 *   `scopes_missing`, `organization_connected`; `busy` while a refresh is under way or another pair has come first; Webex's codes
 */
export async function exchangePastedTokens(
  ports: Ports,
  caller: Caller,
  customer: Customer,
  pasted: PastedTokens,
): Promise<ExchangeResult> {
  await assertNotPaused(ports);
  const replaceable = await settleEarlier(ports, caller, customer.id);
  const { connection } = await readStored(ports.store, caller, customer.id, 'administrator');
  if (await isStoredPair(ports, connection.data, pasted)) {
    // Exchanging it as a separate pair could rotate the token that the connection is using.
    await refreshCustomer(ports, customer.id, actor(caller));
    return { kind: 'verified' };
  }
  const pending = await pendingOf(ports, customer.id, pasted, caller);
  const earlier = await transact(ports, async () => {
    const read = await readStored(ports.store, caller, customer.id, 'administrator');
    const now = ports.clock.now();
    const earlier = read.connection.data.pending;
    if (leasedUntil(read.connection.data, now) !== undefined) throw busy();
    if (earlier?.facts && earlier.id !== replaceable) throw busy();
    const data = withPending(read.connection.data, pending, now + requestMs);
    const { path, version } = read.connection;
    return { writes: [{ set: path, data, if: { version } }, unchanged(read.record)], result: earlier };
  });
  const { state, grant } = connection.data;
  const works = grant !== undefined && state !== 'reauthorization_required';
  return settle(ports, pending, { customer, mayWait: !works, earlier });
}

/**
 * Settles an earlier pending pair first. Once Webex has renewed that pair it may be the only one that works, so tokens that
 * Webex may refuse do not replace it.
 * @returns the id of an earlier pair that Webex has just refused
 */
async function settleEarlier(ports: Ports, caller: Caller, customerId: string): Promise<string | undefined> {
  const { connection } = await readStored(ports.store, caller, customerId, 'administrator');
  const { pending } = connection.data;
  if (!pending?.facts) return undefined;
  const outcome = await settlePending(ports, customerId);
  return outcome.kind === 'waiting' && isRejected(outcome.failure.code) ? pending.id : undefined;
}

/**
 * Creates a customer together with pasted tokens. The record and its names are stored before Webex is asked, so that no
 * refresh token is exchanged for a name that is taken; when the tokens are refused the record is deleted again.
 * @throws Failure what `createCustomer` and `exchangePastedTokens` throw
 */
export async function createWithTokens(
  ports: Ports,
  caller: Caller,
  created: CustomerRead,
  pasted: PastedTokens,
): Promise<CustomerRead> {
  const { customer } = created;
  const pending = await pendingOf(ports, customer.id, pasted, caller);
  const connection = withPending(created.connection, pending, ports.clock.now() + requestMs);
  await createCustomer(ports, caller, { customer, connection });
  try {
    await settle(ports, pending, { customer, mayWait: true });
  } catch (error) {
    await deleteUnconnected(ports, caller, customer.id);
    throw error;
  }
  return readCustomer(ports.store, caller, customer.id, 'administrator');
}

/** Deletes the new customer, unless another pair has arrived in the meantime or Webex has renewed the pasted one. */
async function deleteUnconnected(ports: Ports, caller: Caller, customerId: string): Promise<void> {
  try {
    const read = await readStored(ports.store, caller, customerId, 'administrator');
    await deleteCustomer(ports, caller, read, undefined, ({ connection: { data } }) => !data.grant && !data.pending);
  } catch (error) {
    ports.log.warn('customer_not_deleted', { customer: customerId, code: codeOf(error) });
  }
}

async function settle(ports: Ports, pending: PendingGrant, pasting: Pasting): Promise<ExchangeResult> {
  const outcome = await settlePending(ports, pasting.customer.id, pasting).catch(async (error) => {
    await undo(ports, pending, pasting).catch(() => {});
    throw error;
  });
  if (outcome.kind === 'verified') return outcome;
  if (outcome.kind === 'waiting') return outcome;
  if (outcome.kind === 'rejected') throw toPasteFailure(outcome.failure);
  await undo(ports, pending, pasting);
  throw busy();
}

/** Removes a pair that was not sent to Webex. One that Webex has renewed stays, because it may be the only valid one. */
async function undo(ports: Ports, { id }: PendingGrant, { customer, earlier }: Pasting): Promise<void> {
  await transact(ports, async () => {
    const read = await ports.store.get<Connection>(connectionPath(customer.id));
    const { pending } = read?.data ?? {};
    if (!read || pending?.id !== id || pending.facts) return { writes: [], result: undefined };
    const data = asBeforePasting(read.data, earlier, ports.clock.now());
    return { writes: [{ set: read.path, data, if: { version: read.version } }], result: undefined };
  });
}

async function pendingOf(
  { sealer, clock }: Ports,
  customerId: string,
  pasted: PastedTokens,
  caller: Caller,
): Promise<PendingGrant> {
  const sealed = await sealTokens(sealer, customerId, pasted);
  return newPending({ id: randomUUID(), source: 'pasted', sealed, by: actor(caller), now: clock.now() });
}

/** Whether the pasted refresh token is the one that the connection works with. */
async function isStoredPair({ sealer }: Ports, { customerId, grant }: Connection, pasted: PastedTokens) {
  if (!grant) return false;
  const stored = await sealer.open(grant.sealedRefreshToken, refreshTokenPlace(customerId)).catch(() => undefined);
  return stored?.reveal() === pasted.refreshToken.reveal();
}

function toPasteFailure(failure: Failure): Failure {
  if (failure.code !== 'grant_refused') return failure;
  const detail = 'is not accepted by Webex: it is too old, revoked or mistyped';
  return new Failure('invalid_request', 'The request is not valid.', {
    problems: [{ pointer: '/refresh_token', detail }],
  });
}

function busy(): Failure {
  return new Failure('busy', 'Another authorization or refresh of this customer is under way. Try again.', {
    retryAfterMs: 5_000,
  });
}
