/** Whose a pasted pair is, asked as soon as Webex can be: until then nothing is done with it but keeping it alive. */

import { assertServes, type Consent } from '../domain/authorization.ts';
import type { Connection } from '../domain/connection.ts';
import type { Customer } from '../domain/customer.ts';
import type { EventDraft } from '../domain/event.ts';
import { Failure, type FailureCode } from '../domain/failure.ts';
import type { Proxies } from '../domain/proxy.ts';
import type { Ports } from '../ports.ts';
import { accessTokenPlace, connectionPath, customerPath } from '../storage/layout.ts';
import { newEvents } from '../storage/outbox.ts';
import { transact } from '../storage/transact.ts';
import { identify } from './identify.ts';

/** Asked again after this long while Webex does not answer. */
const againAfterMs = 10 * 60_000;

/** The pair is somebody else's, or of no use: it will not get better. */
const final: ReadonlySet<FailureCode> = new Set(['wrong_organization', 'administrator_required', 'scopes_missing']);

/**
 * Proves a connection whose pair has just been renewed, or ends it. Answers the connection as it is then, and why it is
 * not proven.
 */
export async function prove(
  ports: Ports,
  { customerId, grant }: Connection,
  proxies: Proxies | undefined,
): Promise<{ connection: Connection | undefined; failure?: Failure }> {
  const { store, clock } = ports;
  const asked = await ask(ports, customerId, grant!, proxies).catch((error) => asFailure(error));
  const connection = await transact<Connection | undefined>(ports, async () => {
    const read = await store.get<Connection>(connectionPath(customerId));
    if (read?.data.grant?.serial !== grant!.serial) return { writes: [], result: read?.data };
    const decided = decide(read.data, asked, clock.now());
    const events = newEvents(decided.events, { customerId, now: clock.now() });
    const write = { set: read.path, data: decided.connection, if: { version: read.version } };
    return { writes: [write], events, result: decided.connection };
  });
  return { connection, ...(asked instanceof Failure && { failure: asked }) };
}

async function ask(
  ports: Ports,
  customerId: string,
  grant: NonNullable<Connection['grant']>,
  proxies: Proxies | undefined,
): Promise<Consent> {
  const customer = await ports.store.get<Customer>(customerPath(customerId));
  if (!customer) throw new Failure('not_found', 'There is no such customer.');
  const accessToken = await ports.sealer.open(grant.sealedAccessToken, accessTokenPlace(customerId));
  const scopes = grant.scopes.length > 0 ? grant.scopes : undefined;
  const consent = await identify(ports, { accessToken, scopes }, proxies);
  const { name, accountNumber } = customer.data;
  assertServes(consent, { customer: name, accountNumber, scopes: ports.settings.requiredScopes });
  return consent;
}

function decide(
  before: Connection,
  asked: Consent | Failure,
  now: number,
): { connection: Connection; events: EventDraft[] } {
  if (!(asked instanceof Failure)) {
    const { unverified: _unverified, ...grant } = before.grant!;
    const { authorizer, scopes } = asked;
    const facts = {
      organization: authorizer.organizationName,
      authorizer: authorizer.email,
      again: false,
      pasted: true,
    };
    return {
      connection: { ...before, grant: { ...grant, scopes, authorizer } },
      events: [{ type: 'connected', facts }],
    };
  }
  const fault = { code: asked.code, message: asked.message, at: now };
  if (!final.has(asked.code)) {
    const connection = { ...before, state: 'degraded' as const, fault, nextRefreshAt: now + againAfterMs };
    return { connection, events: [] };
  }
  const { grant: _grant, nextRefreshAt: _next, nextWarningAt: _warning, ...rest } = before;
  return {
    connection: { ...rest, state: 'reauthorization_required', fault },
    events: [{ type: 'reauthorization_required', facts: { reason: asked.message } }],
  };
}

function asFailure(error: unknown): Failure {
  return error instanceof Failure
    ? error
    : new Failure('internal', 'The tokens could not be proven.', { cause: String(error) });
}
