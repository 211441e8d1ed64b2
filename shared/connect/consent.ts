/**
 * A consent through a connect link: verified first, then stored in the customer under a new epoch. It needs no lease: a
 * refresh that is still running belongs to the old epoch, so its result is dropped.
 */

import { randomUUID } from 'node:crypto';
import type { ConnectLink, Consent, Outcome } from '../domain/authorization.ts';
import type { Connection } from '../domain/connection.ts';
import type { Customer } from '../domain/customer.ts';
import { asFailure, Failure } from '../domain/failure.ts';
import { newPending, type SealedTokens, type TokenPair } from '../domain/grant.ts';
import { afterUnverified, withPending } from '../domain/pending-policy.ts';
import { isPlatformFault } from '../domain/refresh-policy.ts';
import type { Ports, Stored, Write } from '../ports.ts';
import { connectionPath, customerPath } from '../storage/layout.ts';
import { newEvents } from '../storage/outbox.ts';
import { type Decision, transact, unchanged } from '../storage/transact.ts';
import { sealTokens } from '../tokens/seal.ts';
import { isRejection, verifyGrant } from '../tokens/verify-grant.ts';
import type { OpenLink } from './link.ts';
import { commitUntilSafe, decideGrant } from './store-grant.ts';

/** What Webex must return for a code. Without a refresh token a connection could not be renewed. */
export type ConsentedPair = TokenPair & Required<Pick<TokenPair, 'refreshToken'>>;

interface Reads {
  customer: Stored<Customer>;
  connection: Stored<Connection>;
  link: Stored<ConnectLink>;
}

/**
 * Connects the link's customer and uses the link up. While Webex cannot say who consented, the pair is stored as pending.
 * @throws Failure `wrong_organization`, `administrator_required`, `scopes_missing`, `organization_connected`; `link_not_valid`
 *   when another consent has used the link
 */
export async function connectByLink(ports: Ports, open: OpenLink, pair: ConsentedPair): Promise<Outcome> {
  const { customer, link } = open;
  const again = open.connection.data.grant !== undefined;
  const sealed = await sealTokens(ports.sealer, customer.id, pair);
  const answer = await verifyGrant(ports, pair, customer).catch(asFailure);
  if (answer instanceof Failure && (isRejection(answer.code) || isPlatformFault(answer.code))) throw answer;
  const stored = await commitUntilSafe(ports, () => storeConsent(ports, link, { pair, sealed, answer }));
  if (answer instanceof Failure) return { kind: 'unverified', customer: customer.name };
  const { organizationName, email } = answer.authorizer;
  const { refreshExpiresAt } = stored.grant!;
  const names = { customer: customer.name, organizationName, authorizedBy: email, again };
  return { kind: 'connected', ...names, ...(refreshExpiresAt && { refreshExpiresAt }) };
}

interface Given {
  pair: ConsentedPair;
  sealed: SealedTokens;
  answer: Consent | Failure;
}

/** In one commit: the grant (or the pending pair), the used link, and the request of a sync. */
function storeConsent(ports: Ports, opened: Stored<ConnectLink>, given: Given): Promise<Connection> {
  const { store, clock } = ports;
  const { customerId } = opened.data;
  return transact(ports, async () => {
    const [customer, connection, link] = await Promise.all([
      store.get<Customer>(customerPath(customerId)),
      store.get<Connection>(connectionPath(customerId)),
      store.get<ConnectLink>(opened.path),
    ]);
    // Recognizes our own commit after a lost response.
    if (connection && hasPair(connection.data, given.sealed)) return { writes: [], result: connection.data };
    if (!customer || !connection || !link || link.data.usedAt !== undefined) {
      throw new Failure('link_not_valid', 'This link was used in the meantime.');
    }
    const used: Write = { set: link.path, data: { ...link.data, usedAt: clock.now() }, if: { version: link.version } };
    const decision = await decide(ports, { customer, connection, link }, given);
    return { ...decision, writes: [...decision.writes, used] };
  });
}

function hasPair({ grant, pending }: Connection, { sealedAccessToken }: SealedTokens): boolean {
  return grant?.sealedAccessToken === sealedAccessToken || pending?.sealedAccessToken === sealedAccessToken;
}

async function decide(
  ports: Ports,
  { customer, connection, link }: Reads,
  { pair, sealed, answer }: Given,
): Promise<Decision & { result: Connection }> {
  const { accessToken: _access, refreshToken: _refresh, ...facts } = pair;
  const { by } = link.data;
  if (!(answer instanceof Failure)) {
    const verified = { facts, sealed, consent: answer, source: 'code' as const, by };
    return decideGrant(ports, { customer, connection }, verified);
  }
  const now = ports.clock.now();
  const pending = newPending({ id: randomUUID(), source: 'code', sealed, facts, by, now });
  const decided = afterUnverified(withPending(connection.data, pending, now), answer, now);
  return {
    writes: [
      { set: connection.path, data: decided.connection, if: { version: connection.version } },
      unchanged(customer),
    ],
    events: newEvents(decided.events, { customerId: customer.data.id, now, by }),
    result: decided.connection,
  };
}
