/**
 * Settles a pending grant: exchanges its refresh token if necessary, asks Webex who owns it, and makes it the grant or drops
 * it. Until then the working grant beside it stays in use.
 */

import type { Consent } from '../domain/authorization.ts';
import type { Connection } from '../domain/connection.ts';
import type { Customer } from '../domain/customer.ts';
import { asFailure, codeOf, Failure, type FailureCode } from '../domain/failure.ts';
import { forEachConcurrently } from '../domain/for-each-concurrently.ts';
import type { PendingGrant } from '../domain/grant.ts';
import {
  afterRejected,
  afterUnverified,
  asBeforePasting,
  decidePendingExchange,
  isGivenUp,
  needsExchange,
  withoutPending,
  withPending,
} from '../domain/pending-policy.ts';
import { type Decided, isPlatformFault } from '../domain/refresh-policy.ts';
import type { Ports, Stored } from '../ports.ts';
import { accessTokenPlace, connectionPath, connections, customerPath } from '../storage/layout.ts';
import { newEvents } from '../storage/outbox.ts';
import { everyDocument } from '../storage/pages.ts';
import { transact } from '../storage/transact.ts';
import { type Exchange, exchangeUnderLease } from '../tokens/exchange.ts';
import { isRejection, verifyGrant } from '../tokens/verify-grant.ts';
import { commitUntilSafe, decideGrant } from './store-grant.ts';

/** `none`: nothing is pending. `leased`: another worker is exchanging a token of this customer. */
export type PendingOutcome =
  | { kind: 'none' | 'leased' }
  | { kind: 'verified' }
  | { kind: 'waiting'; failure: Failure }
  | { kind: 'rejected'; failure: Failure };

/** A caller waits for the response to pasted tokens, so a failure is undone and reported. */
export interface Pasting {
  /** The record as the request will leave it, whose proxies are used. */
  customer: Customer;
  /** Whether a pair may stay when Webex did not respond. */
  mayWait: boolean;
  /** The pair that waited before. */
  earlier?: PendingGrant | undefined;
}

/**
 * Exchanges and verifies the pending grant, as far as Webex responds.
 * @throws Failure for faults of our own platform: what secrets and store throw
 */
export async function settlePending(ports: Ports, customerId: string, pasting?: Pasting): Promise<PendingOutcome> {
  const { store, clock } = ports;
  const [read, record] = await Promise.all([
    store.get<Connection>(connectionPath(customerId)),
    store.get<Customer>(customerPath(customerId)),
  ]);
  if (!read?.data.pending || !record) return { kind: 'none' };
  let { pending } = read.data;
  if (needsExchange(pending, clock.now())) {
    const result = await exchangeUnderLease(ports, read, pendingExchange(ports, pending.id, pasting));
    if ('outcome' in result) return { kind: result.outcome === 'leased' ? 'leased' : 'none' };
    if (result.kind === 'failure') return afterFailedExchange(result.connection, pending.id, result.failure);
    if (result.connection?.pending?.id !== pending.id) return { kind: 'none' };
    pending = result.connection.pending;
  }
  const accessToken = await ports.sealer.open(pending.sealedAccessToken, accessTokenPlace(customerId));
  const customer = pasting?.customer ?? record.data;
  const answer = await verifyGrant(ports, { accessToken, scopes: pending.facts?.scopes }, customer).catch(asFailure);
  if (answer instanceof Failure && isPlatformFault(answer.code)) throw answer;
  return commitUntilSafe(ports, () => commitAnswer(ports, customerId, pending, answer, pasting));
}

function afterFailedExchange(connection: Connection | undefined, id: string, failure: Failure): PendingOutcome {
  if (!connection) return { kind: 'none' };
  return connection.pending?.id === id ? { kind: 'waiting', failure } : { kind: 'rejected', failure };
}

function pendingExchange({ clock }: Ports, id: string, pasting: Pasting | undefined): Exchange {
  return {
    decide: (connection, now) => decidePendingExchange(connection, id, now),
    pairOf: ({ pending }) => pending,
    isSame: (_leased, now) => now.pending?.id === id,
    afterPair(now, { facts, sealed }) {
      const { lease: _lease, ...released } = now;
      const pending: PendingGrant = { ...now.pending!, ...sealed, facts };
      return { connection: withPending(released, pending, clock.now()), events: [] };
    },
    afterFailure(now, failure): Decided {
      const { lease: _lease, ...released } = now;
      return afterFailedTry(released, failure, clock.now(), pasting);
    },
    ...(pasting && { customer: pasting.customer }),
  };
}

/** The connection after an attempt that did not verify the pair. */
function afterFailedTry(connection: Connection, failure: Failure, now: number, pasting: Pasting | undefined): Decided {
  const rejected = isRejected(failure.code);
  if (pasting && (rejected || isPlatformFault(failure.code) || !canWait(connection, failure, pasting))) {
    return { connection: asBeforePasting(connection, pasting.earlier, now), events: [] };
  }
  if (isPlatformFault(failure.code)) return { connection, events: [] };
  if (rejected) return afterRejected(connection, failure, now);
  if (isGivenUp(connection.pending!, now)) return withoutPending(connection, failure, now);
  return afterUnverified(connection, failure, now);
}

/**
 * A pair that Webex has renewed always waits: where Webex rotates tokens it is the only one. While Webex refuses our own
 * credentials no other pair is accepted, because it could not be verified soon.
 */
function canWait({ pending }: Connection, failure: Failure, { mayWait }: Pasting): boolean {
  return pending!.facts !== undefined || (mayWait && failure.code !== 'client_refused');
}

/** Webex refuses the pair, or says that its owner lacks the role or a scope. */
export function isRejected(code: FailureCode): boolean {
  return code === 'grant_refused' || isRejection(code);
}

async function commitAnswer(
  ports: Ports,
  customerId: string,
  { id, sealedAccessToken }: PendingGrant,
  answer: Consent | Failure,
  pasting: Pasting | undefined,
): Promise<PendingOutcome> {
  const { store } = ports;
  return transact<PendingOutcome>(ports, async () => {
    const [customer, connection] = await Promise.all([
      store.get<Customer>(customerPath(customerId)),
      store.get<Connection>(connectionPath(customerId)),
    ]);
    if (!customer || !connection) return { writes: [], result: { kind: 'none' } };
    const { pending, grant } = connection.data;
    if (pending?.id !== id) {
      // Recognizes our own commit after a lost response, and that of another worker with the same pair.
      const isStored = grant?.sealedAccessToken === sealedAccessToken;
      return { writes: [], result: { kind: isStored ? 'verified' : 'none' } };
    }
    let failure = answer;
    if (!(answer instanceof Failure)) {
      const { source, by, facts = { requestedAt: pending.receivedAt } } = pending;
      try {
        const verified = { facts, sealed: pending, consent: answer, source, by };
        const decision = await decideGrant(ports, { customer, connection }, verified);
        return { ...decision, result: { kind: 'verified' } };
      } catch (error) {
        // Checked again with the documents of this commit, because the record or another customer may have changed.
        if (!isRejection(codeOf(error))) throw error;
        failure = asFailure(error);
      }
    }
    return decideFailure(ports, connection, failure as Failure, pasting);
  });
}

function decideFailure(ports: Ports, read: Stored<Connection>, failure: Failure, pasting: Pasting | undefined) {
  const now = ports.clock.now();
  const { connection, events } = afterFailedTry(read.data, failure, now, pasting);
  const waits = connection.pending?.id === read.data.pending?.id;
  const kind = waits ? ('waiting' as const) : ('rejected' as const);
  return {
    writes: [{ set: read.path, data: connection, if: { version: read.version } }],
    events: newEvents(events, { customerId: connection.customerId, now }),
    result: { kind, failure },
  };
}

/**
 * Settles every pending grant that is due.
 * @returns how many grants were verified
 */
export async function settlePendingDue(
  ports: Ports,
  { concurrency, endsAt }: { concurrency: number; endsAt: number },
): Promise<number> {
  const { clock, log, store } = ports;
  let verified = 0;
  const range = { field: 'nextVerifyAt', before: clock.now() + 1 };
  const orderBy = { field: 'nextVerifyAt', direction: 'ascending' } as const;
  const due = everyDocument<Connection>(store, { collection: connections, range, orderBy });
  await forEachConcurrently(
    due,
    { concurrency, goesOn: () => clock.now() < endsAt },
    async ({ data: { customerId } }) => {
      try {
        const outcome = await settlePending(ports, customerId);
        if (outcome.kind === 'verified') verified += 1;
        const failure = 'failure' in outcome && { ...outcome.failure.detail };
        log.info('pending_grant', { customer: customerId, outcome: outcome.kind, ...failure });
      } catch (error) {
        log.error('pending_grant_error', { customer: customerId, code: codeOf(error) });
      }
    },
  );
  return verified;
}
