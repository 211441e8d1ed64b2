/** Makes a verified pair the customer's grant: one decision for a consent, for pasted tokens and for a revived connection. */

import { assertServes, type Consent } from '../domain/authorization.ts';
import { backoffMs } from '../domain/backoff.ts';
import type { Connection } from '../domain/connection.ts';
import type { Customer } from '../domain/customer.ts';
import type { EventDraft } from '../domain/event.ts';
import { codeOf, Failure, type FailureCode } from '../domain/failure.ts';
import { mayStillLive, newGrant, type PairFacts, type PendingGrant, type SealedTokens } from '../domain/grant.ts';
import { storeWithinMs } from '../domain/lease.ts';
import { withGrant } from '../domain/refresh-policy.ts';
import { second } from '../domain/time.ts';
import type { Ports, Stored, Write } from '../ports.ts';
import { connectionPath, verifiedOrganizationPath } from '../storage/layout.ts';
import { newEvents } from '../storage/outbox.ts';
import { type Decision, unchanged } from '../storage/transact.ts';
import { decideRequest } from '../sync/request.ts';

/** A pair whose owner Webex has confirmed. */
export interface VerifiedPair {
  facts: PairFacts;
  sealed: SealedTokens;
  consent: Consent;
  source: PendingGrant['source'];
  by?: string | undefined;
}

/**
 * The decision that stores the pair under a new epoch, so the result of an exchange that is still running is dropped. It
 * names the customer's record, because the pair was judged against its account number, and asks for a sync.
 * @throws Failure `wrong_organization`, `administrator_required`, `scopes_missing`, `organization_connected`
 */
export async function decideGrant(
  ports: Ports,
  { customer, connection }: { customer: Stored<Customer>; connection: Stored<Connection> },
  pair: VerifiedPair,
): Promise<Required<Decision> & { result: Connection }> {
  const { clock, settings } = ports;
  const { id: customerId, name, accountNumber } = customer.data;
  const { consent, source, by } = pair;
  assertServes(consent, { customer: name, accountNumber, scopes: settings.requiredScopes });
  const [claim, sync] = await Promise.all([
    claimOrganization(ports, accountNumber, customerId),
    decideRequest(ports, customerId, by),
  ]);
  const now = clock.now();
  const before = connection.data;
  // A revived grant belongs to the old consent; any other pair is newer than every pair before it.
  const origin =
    source === 'revived' && before.grant
      ? { before: before.grant }
      : { after: Math.max(before.grant?.serial ?? 0, before.epoch) };
  const grant = newGrant(pair.facts, pair.sealed, { ...origin, authorizer: consent.authorizer });
  const { pending: _pending, nextVerifyAt: _next, ...rest } = before;
  const granted = { ...grant, scopes: consent.scopes };
  const connected = { ...withGrant(rest, granted, now, settings.requiredScopes), epoch: before.epoch + 1 };
  return {
    writes: [
      { set: connection.path, data: connected, if: { version: connection.version } },
      unchanged(customer),
      ...claim,
      ...sync.writes,
    ],
    events: [...newEvents([connectedEvent(before, pair)], { customerId, now, by }), ...sync.events],
    messages: sync.messages,
    result: connected,
  };
}

function connectedEvent(before: Connection, { consent, source }: VerifiedPair): EventDraft {
  const { authorizer } = consent;
  const names = { organization: authorizer.organizationName, authorizer: authorizer.email };
  if (source === 'revived') return { type: 'recovered', facts: { ...names, failures: before.failures } };
  const pasted = source === 'pasted' && { pasted: true };
  return { type: 'connected', facts: { ...names, again: before.grant !== undefined, ...pasted } };
}

/**
 * Refuses an organization that another customer is connected to. The message does not name that customer, because it may
 * belong to another provider.
 * @throws Failure `organization_connected`
 */
async function claimOrganization(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  organization: string,
  customerId: string,
): Promise<Write[]> {
  const path = verifiedOrganizationPath(organization);
  const data = { customerId };
  const claim = await store.get<{ customerId: string }>(path);
  if (!claim) return [{ set: path, data, if: 'absent' }];
  if (claim.data.customerId === customerId) return [unchanged(claim)];
  const other = await store.get<Connection>(connectionPath(claim.data.customerId));
  if (other?.data.grant && mayStillLive(other.data.grant, clock.now())) {
    throw new Failure('organization_connected', 'This organization cannot be connected here. Ask your provider.');
  }
  return [{ set: path, data, if: { version: claim.version } }, ...(other ? [unchanged(other)] : [])];
}

/** The store is unavailable, or a sync of a large organization keeps changing the documents that the commit names. */
const passing: ReadonlySet<FailureCode> = new Set<FailureCode>(['store_unavailable', 'busy']);
const storePause = { firstMs: second / 5, maxMs: 5 * second };

/**
 * Repeats a commit while the store is unavailable or other writers are faster, because dropping the pair that Webex has given could lose the customer.
 * @param work recognizes a commit of its own whose response was lost
 * @throws Failure what `work` throws; `store_unavailable` or `busy` after about ten minutes
 */
export async function commitUntilSafe<T>({ clock }: Pick<Ports, 'clock'>, work: () => Promise<T>): Promise<T> {
  const until = clock.now() + storeWithinMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!passing.has(codeOf(error)) || clock.now() >= until) throw error;
      await clock.sleep(backoffMs(attempt, storePause, clock.random()));
    }
  }
}
