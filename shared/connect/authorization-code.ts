/**
 * A browser's authorization: begin (cookie and redirect to Webex), callback (judge, exchange, identify), and then either the
 * tokens for the page to show or, through a connect link, straight into the customer.
 */

import {
  type Authorization,
  assertServes,
  authorizationMs,
  type ConnectLink,
  type Consent,
  declined,
  digest,
  type Outcome,
  shortcomings,
  unguessable,
} from '../domain/authorization.ts';
import type { Connection } from '../domain/connection.ts';
import type { Customer } from '../domain/customer.ts';
import { codeOf, Failure } from '../domain/failure.ts';
import { newGrant, type TokenPair } from '../domain/grant.ts';
import { withGrant } from '../domain/refresh-policy.ts';
import { Secret } from '../domain/secret.ts';
import type { Ports, Write } from '../ports.ts';
import { connectionPath, customerPath } from '../storage/layout.ts';
import { newEvents } from '../storage/outbox.ts';
import { transact } from '../storage/transact.ts';
import { decideRequest } from '../sync/request.ts';

import { identify } from '../tokens/identify.ts';
import { sealTokens } from '../tokens/seal.ts';
import { bindLink, type OpenLink, openLink } from './link.ts';
import { claim, keepOutcome } from './outcome.ts';

const authorizationPlace = 'cookie authorization';

/** The exact redirect URI that is registered at Webex. */
function redirectUri(settings: Ports['settings']): string {
  return `${settings.oauthUrl}/callback`;
}

/** Where Webex's consent page is, and the sealed text for the browser's cookie of this `state`. */
export interface Begun {
  url: string;
  state: string;
  sealed: string;
}

/**
 * Begins an authorization: on the manual page, or for a connect link, in this browser and no other from here on.
 * @throws Failure `link_not_valid`
 */
export async function beginAuthorization(ports: Ports, link?: { secret: string; browser: string }): Promise<Begun> {
  const { clock, settings } = ports;
  if (link) await bindLink(ports, link.secret, link.browser);
  const [state, verifier] = [unguessable(), unguessable()];
  const authorization: Authorization = {
    state,
    verifier,
    endsAt: clock.now() + authorizationMs,
    ...(link && { link: link.secret }),
  };
  const [url, sealed] = await Promise.all([
    ports.webex.authorizeUrl({
      redirectUri: redirectUri(settings),
      scopes: settings.requiredScopes,
      state,
      challenge: digest(verifier),
    }),
    ports.sealer.seal(new Secret(JSON.stringify(authorization)), authorizationPlace),
  ]);
  return { url, state, sealed };
}

/** What this browser asked for, from its sealed cookie; undefined for a text that is not ours. */
export async function openAuthorization(
  ports: Pick<Ports, 'sealer'>,
  sealed: string | undefined,
): Promise<Authorization | undefined> {
  if (!sealed) return undefined;
  const opened = await ports.sealer.open(sealed, authorizationPlace).catch((error) => {
    if (codeOf(error) === 'sealed_text_invalid') return undefined;
    throw error;
  });
  return opened && (JSON.parse(opened.reveal()) as Authorization);
}

/** What Webex sent the browser back with, and the secret of the browser itself. */
export interface Answer {
  code?: string | undefined;
  error?: string | undefined;
  browser?: string | undefined;
}

/**
 * Takes the answer to an authorization whose `state` this browser has proved: once, in time, Webex's error before its code.
 * The outcome, good or bad, is kept for `readOutcome`; `told` hears of a failure.
 * @throws Failure when it cannot even be kept (`store_unavailable` and the like)
 */
export async function finishAuthorization(
  ports: Ports,
  authorization: Authorization,
  answer: Answer,
  told: (failure: unknown) => Failure,
): Promise<void> {
  const version = await claim(ports, authorization);
  // Used before: what came of it then is what this browser shall see.
  if (version === undefined) return;
  let outcome: Outcome;
  try {
    outcome = await complete(ports, authorization, answer);
  } catch (error) {
    const { code, message } = told(error);
    outcome = { kind: 'failed', code, message };
  }
  await keepOutcome(ports, authorization, version, outcome);
}

async function complete(ports: Ports, authorization: Authorization, answer: Answer): Promise<Outcome> {
  const { clock, settings } = ports;
  const refuse = (text: string) => new Failure('authorization_not_valid', text);
  if (authorization.endsAt <= clock.now()) throw refuse('Signing in took longer than 10 minutes.');
  if (answer.error !== undefined) throw declined(answer.error);
  if (!answer.code) throw refuse('Webex sent no code.');
  const open = authorization.link ? await openLink(ports, authorization.link, answer.browser, true) : undefined;
  const pair = await exchange(ports, answer.code, authorization.verifier);
  const consent = await identify(ports, pair);
  if (open) return connect(ports, open, { pair, consent });
  const { organizationId, organizationName, email } = consent.authorizer;
  return {
    kind: 'tokens',
    organizationId,
    organizationName,
    authorizedBy: email,
    accessToken: pair.accessToken.reveal(),
    refreshToken: pair.refreshToken.reveal(),
    ...(pair.accessExpiresAt && { accessExpiresAt: pair.accessExpiresAt }),
    ...(pair.refreshExpiresAt && { refreshExpiresAt: pair.refreshExpiresAt }),
    shortcomings: shortcomings(consent, settings.requiredScopes).map(({ message }) => message),
  };
}

/** A pair that a connection can be renewed with. */
type WholePair = TokenPair & Required<Pick<TokenPair, 'refreshToken'>>;

async function exchange({ webex, settings }: Ports, code: string, verifier: string): Promise<WholePair> {
  const request = { code: new Secret(code), verifier: new Secret(verifier), redirectUri: redirectUri(settings) };
  const pair = await webex.exchangeCode(request).catch((error) => {
    if (codeOf(error) !== 'grant_refused') throw error;
    const text = 'Webex does not accept the code: it is too old or was used.';
    throw new Failure('authorization_not_valid', text, error.facts);
  });
  const { refreshToken } = pair;
  if (!refreshToken) throw new Failure('webex_unavailable', 'Webex gave no refresh token.');
  return { ...pair, refreshToken };
}

interface Fresh {
  pair: WholePair;
  consent: Consent;
}

/** Puts the tokens into the link's customer. */
async function connect(ports: Ports, open: OpenLink, fresh: Fresh): Promise<Outcome> {
  const again = open.connection.data.state !== 'absent';
  const { customer, connection } = await storeGrant(ports, open, fresh);
  const { organizationName, email } = fresh.consent.authorizer;
  const { refreshExpiresAt } = connection.grant!;
  const outcome = { customer: customer.name, organizationName, authorizedBy: email, again };
  return { kind: 'connected', ...outcome, ...(refreshExpiresAt && { refreshExpiresAt }) };
}

/** Judges the consent, stores the fresh grant, asks for a sync of its users, uses the link up and tells of it, in one commit. */
async function storeGrant(ports: Ports, { link: { path, data: opened } }: OpenLink, { pair, consent }: Fresh) {
  const { clock, sealer, settings, store } = ports;
  const { authorizer, scopes } = consent;
  const { customerId, by } = opened;
  const sealed = await sealTokens(sealer, customerId, pair);
  return transact(ports, async () => {
    const [customer, read, link] = await Promise.all([
      store.get<Customer>(customerPath(customerId)),
      store.get<Connection>(connectionPath(customerId)),
      store.get<ConnectLink>(path),
    ]);
    if (!customer || !read || !link || link.data.usedAt !== undefined) {
      throw new Failure('link_not_valid', 'This link has been used meanwhile.');
    }
    const { name, accountNumber } = customer.data;
    assertServes(consent, { customer: name, accountNumber, scopes: settings.requiredScopes });
    const now = clock.now();
    const grant = { ...newGrant(pair, sealed, { after: read.data.grant?.serial }), scopes, authorizer };
    const connection = withGrant(read.data, grant, now);
    const again = read.data.state !== 'absent';
    const facts = { organization: authorizer.organizationName, authorizer: authorizer.email, again };
    const connected = newEvents([{ type: 'connected', facts }], { customerId, now, by });
    const sync = await decideRequest(ports, customerId, by);
    const writes: Write[] = [
      { set: read.path, data: connection, if: { version: read.version } },
      { set: link.path, data: { ...link.data, usedAt: now }, if: { version: link.version } },
      ...sync.writes,
    ];
    const events = [...connected, ...sync.events];
    return { writes, events, messages: sync.messages, result: { customer: customer.data, connection } };
  });
}
