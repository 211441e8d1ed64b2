/**
 * A browser's authorization: start (sealed cookie and redirect to Webex), then the callback (exchange the code, ask who
 * consented), which ends with tokens for the page to show or, through a connect link, stored in the customer.
 */

import {
  authorizationMs,
  type Consent,
  digest,
  type FailedOutcome,
  failureOfCallback,
  type Outcome,
  obstacles,
  type PendingAuthorization,
  randomSecret,
  type TokenOwner,
} from '../domain/authorization.ts';
import { codeOf, Failure } from '../domain/failure.ts';
import { Secret } from '../domain/secret.ts';
import type { Ports } from '../ports.ts';
import { identifyWithRetries } from '../tokens/verify-grant.ts';
import { type ConsentedPair, connectByLink } from './consent.ts';
import { openLink } from './link.ts';
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
 * Starts an authorization for the token page or, with `link`, for a connect link.
 * @param link the secret of the link
 * @throws Failure `link_not_valid`
 */
export async function startAuthorization(ports: Ports, link?: string): Promise<StartedAuthorization> {
  const { clock, settings } = ports;
  if (link !== undefined) await openLink(ports, link);
  const [state, verifier] = [randomSecret(), randomSecret()];
  const endsAt = clock.now() + authorizationMs;
  const [url, sealed] = await Promise.all([
    ports.webex.authorizeUrl({
      redirectUri: redirectUri(settings),
      scopes: settings.requiredScopes,
      state,
      challenge: digest(verifier),
    }),
    sealAuthorization(ports, { state, verifier, endsAt, ...(link !== undefined && { link }) }),
  ]);
  return { url, state, sealed };
}

/** Seals an authorization for its cookie. */
export function sealAuthorization({ sealer }: Pick<Ports, 'sealer'>, pending: PendingAuthorization): Promise<string> {
  return sealer.seal(new Secret(JSON.stringify(pending)), cookiePlace);
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

/** The query of the callback. */
export interface CallbackParams {
  code?: string | undefined;
  error?: string | undefined;
}

/** What the function `webex_teams_oauth` provides for a callback. */
export interface CallbackHooks {
  /** Converts anything thrown to a failure, and logs it. */
  logAndClassify(error: unknown): Failure;
  /** Called before the exchange at Webex. @throws Failure `too_many_requests` */
  admitExchange(): void;
}

export interface FinishedCallback {
  /** `restart`: this state was used by another code, whose outcome must not be shown for this one. */
  show: 'result' | 'restart';
  /** The new content of the browser's cookie. */
  pending: PendingAuthorization;
}

/**
 * Completes the authorization whose `state` this browser has proved. A state is used for one code, once: a repeated callback
 * changes nothing. The outcome, good or bad, is stored for `readOutcome`. A callback without a code writes nothing.
 * @throws Failure if the store is unavailable
 */
export async function finishAuthorization(
  ports: Ports,
  pending: PendingAuthorization,
  { code, error }: CallbackParams,
  { logAndClassify, admitExchange }: CallbackHooks,
): Promise<FinishedCallback> {
  const failedOutcome = (thrown: unknown): FailedOutcome => {
    const failure = logAndClassify(thrown);
    return { kind: 'failed', code: failure.code, message: failure.message };
  };
  const { failed: _failed, ...current } = pending;
  const problem = callbackProblem(ports, current, { code, error });
  if (problem || !code) return { show: 'result', pending: { ...current, failed: failedOutcome(problem) } };

  const claim = await claimState(ports, current, code);
  if (claim.kind === 'other_code') return { show: 'restart', pending: current };
  if (claim.kind === 'claimed') {
    const { version } = claim;
    const outcome = await complete(ports, current, code, { logAndClassify, admitExchange }).catch(failedOutcome);
    await storeOutcome(ports, current, { version, code, outcome });
  }
  return { show: 'result', pending: current };
}

/** Why the callback cannot be completed. Checked before Webex is called or anything is written. */
function callbackProblem({ clock }: Ports, pending: PendingAuthorization, { code, error }: CallbackParams) {
  const refuse = (text: string) => new Failure('authorization_not_valid', text);
  if (pending.endsAt <= clock.now()) return refuse('The sign-in took longer than 10 minutes.');
  if (error !== undefined) return failureOfCallback(error);
  return code ? undefined : refuse('Webex did not send an authorization code.');
}

async function complete(
  ports: Ports,
  { link, verifier }: PendingAuthorization,
  code: string,
  { logAndClassify, admitExchange }: CallbackHooks,
): Promise<Outcome> {
  const open = link === undefined ? undefined : await openLink(ports, link, { started: true });
  admitExchange();
  const pair = await exchange(ports, code, verifier);
  if (open) return connectByLink(ports, open, pair);
  // The user can copy the tokens even if Webex cannot confirm their owner.
  const consent = await identifyWithRetries(ports, pair).catch((error) => void logAndClassify(error));
  return {
    kind: 'tokens',
    ...(consent && { owner: toOwner(consent) }),
    accessToken: pair.accessToken.reveal(),
    refreshToken: pair.refreshToken.reveal(),
    ...(pair.accessExpiresAt && { accessExpiresAt: pair.accessExpiresAt }),
    ...(pair.refreshExpiresAt && { refreshExpiresAt: pair.refreshExpiresAt }),
    obstacles: consent ? obstacles(consent, ports.settings.requiredScopes).map(({ message }) => message) : [],
  };
}

function toOwner({ authorizer: { organizationId, organizationName, email } }: Consent): TokenOwner {
  return { organizationId, organizationName, email };
}

async function exchange({ webex, settings }: Ports, code: string, verifier: string): Promise<ConsentedPair> {
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
