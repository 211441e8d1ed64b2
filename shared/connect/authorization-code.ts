/**
 * A browser's authorization: start (sealed cookie and redirect to Webex), then the callback (exchange the code, ask who
 * consented), which ends with tokens for the page to show or, through a connect link, stored in the customer.
 */

import {
  assertServes,
  authorizationMs,
  type ConnectLink,
  type Consent,
  digest,
  failureOfCallback,
  type Outcome,
  obstacles,
  type PendingAuthorization,
  randomSecret,
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
import { claimState, storeOutcome } from './outcome.ts';

const cookiePlace = 'cookie authorization';

/** The redirect URI, exactly as it is registered at Webex. */
function redirectUri(settings: Ports['settings']): string {
  return `${settings.oauthUrl}/callback`;
}

export interface StartedAuthorization {
  /** The address of Webex's consent page. */
  url: string;
  state: string;
  /** The sealed `PendingAuthorization`, for a cookie. */
  sealed: string;
}

/**
 * Starts an authorization for the token page or, with `link`, for a connect link, which then works in this browser only.
 * @throws Failure `link_not_valid`
 */
export async function startAuthorization(
  ports: Ports,
  link?: { secret: string; browser: string },
): Promise<StartedAuthorization> {
  const { clock, settings } = ports;
  if (link) await bindLink(ports, link.secret, link.browser);
  const [state, verifier] = [randomSecret(), randomSecret()];
  const pending: PendingAuthorization = {
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
    ports.sealer.seal(new Secret(JSON.stringify(pending)), cookiePlace),
  ]);
  return { url, state, sealed };
}

/** Opens the sealed cookie of an authorization; undefined if we did not seal it. */
export async function openAuthorization(
  ports: Pick<Ports, 'sealer'>,
  sealed: string | undefined,
): Promise<PendingAuthorization | undefined> {
  if (!sealed) return undefined;
  const opened = await ports.sealer.open(sealed, cookiePlace).catch((error) => {
    if (codeOf(error) === 'sealed_text_invalid') return undefined;
    throw error;
  });
  return opened && (JSON.parse(opened.reveal()) as PendingAuthorization);
}

/** The query of the callback, and the secret cookie of the browser that brought it. */
export interface CallbackParams {
  code?: string | undefined;
  error?: string | undefined;
  browser?: string | undefined;
}

/**
 * Completes the authorization whose `state` this browser has proved, once. A repeated callback changes nothing. The outcome,
 * good or bad, is stored for `readOutcome`.
 * @param logAndClassify makes a failure of anything thrown and logs it
 * @throws Failure if the outcome cannot be stored, for example `store_unavailable`
 */
export async function finishAuthorization(
  ports: Ports,
  pending: PendingAuthorization,
  callbackParams: CallbackParams,
  logAndClassify: (error: unknown) => Failure,
): Promise<void> {
  const version = await claimState(ports, pending);
  if (version === undefined) return;
  let outcome: Outcome;
  try {
    outcome = await complete(ports, pending, callbackParams);
  } catch (error) {
    const { code, message } = logAndClassify(error);
    outcome = { kind: 'failed', code, message };
  }
  await storeOutcome(ports, pending, version, outcome);
}

async function complete(ports: Ports, pending: PendingAuthorization, params: CallbackParams): Promise<Outcome> {
  const { clock, settings } = ports;
  const refuse = (text: string) => new Failure('authorization_not_valid', text);
  if (pending.endsAt <= clock.now()) throw refuse('The sign-in took longer than 10 minutes.');
  if (params.error !== undefined) throw failureOfCallback(params.error);
  if (!params.code) throw refuse('Webex did not send an authorization code.');
  const open = pending.link ? await openLink(ports, pending.link, params.browser, true) : undefined;
  const pair = await exchange(ports, params.code, pending.verifier);
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
    obstacles: obstacles(consent, settings.requiredScopes).map(({ message }) => message),
  };
}

/** What Webex must give for a code: a customer cannot be kept connected without a refresh token. */
type WholePair = TokenPair & Required<Pick<TokenPair, 'refreshToken'>>;

async function exchange({ webex, settings }: Ports, code: string, verifier: string): Promise<WholePair> {
  const request = { code: new Secret(code), verifier: new Secret(verifier), redirectUri: redirectUri(settings) };
  const pair = await webex.exchangeCode(request).catch((error) => {
    if (!(error instanceof Failure && error.detail.code === 'grant_refused')) throw error;
    const text = 'Webex did not accept this sign-in: its code is too old or was already used.';
    throw new Failure('authorization_not_valid', text, error.detail);
  });
  const { refreshToken } = pair;
  if (!refreshToken) throw new Failure('webex_unavailable', 'Webex did not send a refresh token.');
  return { ...pair, refreshToken };
}

interface Fresh {
  pair: WholePair;
  consent: Consent;
}

/** Stores the grant in the link's customer. */
async function connect(ports: Ports, open: OpenLink, fresh: Fresh): Promise<Outcome> {
  const again = open.connection.data.state !== 'absent';
  const { customer, connection } = await storeGrant(ports, open, fresh);
  const { organizationName, email } = fresh.consent.authorizer;
  const { refreshExpiresAt } = connection.grant!;
  const outcome = { customer: customer.name, organizationName, authorizedBy: email, again };
  return { kind: 'connected', ...outcome, ...(refreshExpiresAt && { refreshExpiresAt }) };
}

/** In one commit: checks that the consent serves the customer, stores the grant, requests a sync and marks the link as used. */
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
      throw new Failure('link_not_valid', 'This link was used in the meantime.');
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
