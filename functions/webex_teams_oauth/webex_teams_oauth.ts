/** The token page, the OAuth callback and connect links: translates a browser's requests to the flow `connect`, and its outcomes to pages. */

import type { HttpFunction } from '@google-cloud/functions-framework';
import express, { type Request, type Response } from 'express';
import {
  type Begun,
  beginAuthorization,
  finishAuthorization,
  openAuthorization,
} from '../../shared/connect/authorization-code.ts';
import { openLink } from '../../shared/connect/link.ts';
import { clearOutcome, readOutcome } from '../../shared/connect/outcome.ts';
import {
  type Authorization,
  authorizationMs,
  linkMs,
  outcomeMs,
  publicName,
  unguessable,
} from '../../shared/domain/authorization.ts';
import { causeOf, Failure, trackingIdOf } from '../../shared/domain/failure.ts';
import { toFailure } from '../../shared/http/problem.ts';
import { statusOf } from '../../shared/http/status.ts';
import type { Ports } from '../../shared/ports.ts';
import { icon, script, style } from './assets.ts';
import {
  authorizationCookie,
  browserCookie,
  clearCookie,
  clearOldAuthorizations,
  readCookie,
  setCookie,
} from './cookies.ts';
import { securityHeaders } from './headers.ts';
import { connectedPage, leavingPage, linkPage } from './pages/connect.ts';
import type { Site } from './pages/layout.ts';
import { expiredPage, problemPage } from './pages/problem.ts';
import { startPage, tokensPage } from './pages/tokens.ts';

/** The cookie outlives the authorization itself, which is judged by what is sealed in it, and opens its outcome. */
const authorizationCookieMs = authorizationMs + outcomeMs;
/** Longer codes than this are nobody's. */
const longestCode = 4096;

export function webexTeamsOauth(ports: Ports): HttpFunction {
  const { clock, log, settings } = ports;
  const site: Site = { portalName: settings.portalName, url: settings.oauthUrl };
  const headers = securityHeaders(site.url);

  /** Keeps what the browser must bring back. */
  function remember(request: Request, response: Response, begun: Begun): void {
    clearOldAuthorizations(request, response);
    setCookie(response, authorizationCookie(publicName(begun.state)), begun.sealed, authorizationCookieMs);
  }

  function told(error: unknown): Failure {
    const failure = toFailure(error);
    const facts = { code: failure.code, cause: causeOf(failure), trackingId: trackingIdOf(failure) };
    if (statusOf[failure.code] >= 500) log.error('authorization_failed', facts);
    else log.info('authorization_declined', facts);
    return failure;
  }

  /** What this browser asked for under the name, if it did. */
  async function asked(request: Request, name: string): Promise<Authorization | undefined> {
    const authorization = await openAuthorization(ports, readCookie(request, authorizationCookie(name)));
    return authorization && publicName(authorization.state) === name ? authorization : undefined;
  }

  async function authorize(request: Request, response: Response): Promise<void> {
    const begun = await beginAuthorization(ports);
    remember(request, response, begun);
    response.redirect(303, begun.url);
  }

  /** Never answers with a page of its own: code and state must not stay in the address, whatever happens. */
  async function callback(request: Request, response: Response): Promise<void> {
    const [state, code, error] = ['state', 'code', 'error'].map((name) => single(request, name));
    try {
      // The state first: without it nothing else of the address is worth a look.
      const authorization = state ? await asked(request, publicName(state)) : undefined;
      if (!authorization || authorization.state !== state) return response.redirect(303, `${site.url}/expired`);
      const browser = readCookie(request, browserCookie);
      await finishAuthorization(ports, authorization, { code, error, browser }, told);
    } catch (failure) {
      told(failure);
    }
    response.redirect(303, `${site.url}/result/${publicName(state!)}`);
  }

  async function showResult(request: Request, response: Response): Promise<void> {
    const name = String(request.params.name);
    const authorization = await asked(request, name);
    const outcome = authorization && (await readOutcome(ports, authorization).catch(failedOutcome));
    if (!authorization || !outcome) return showExpired(request, response);
    const now = clock.now();
    switch (outcome.kind) {
      case 'tokens':
        return void response.send(tokensPage(site, outcome, `${site.url}/forget/${name}`, now));
      case 'connected':
        return void response.send(connectedPage(site, outcome, now));
      case 'failed': {
        const again = authorization.link ? linkUrl(authorization.link) : `${site.url}/authorize`;
        const pointless = outcome.code === 'link_not_valid';
        response.status(statusOf[outcome.code]);
        return void response.send(problemPage(site, outcome, pointless ? undefined : again, now));
      }
    }
  }

  function failedOutcome(error: unknown) {
    const { code, message } = told(error);
    return { kind: 'failed' as const, code, message };
  }

  async function forget(request: Request, response: Response): Promise<void> {
    assertSameOrigin(request, site.url);
    const name = String(request.params.name);
    const authorization = await asked(request, name);
    if (authorization) await clearOutcome(ports, authorization);
    clearCookie(response, authorizationCookie(name));
    response.redirect(303, site.url);
  }

  function showExpired(_request: Request, response: Response): void {
    response.status(410).send(expiredPage(site, clock.now()));
  }

  const linkUrl = (secret: string) => `${site.url}/connect/${secret}`;

  async function showLink(request: Request, response: Response): Promise<void> {
    const secret = String(request.params.secret);
    const { customer, connection } = await openLink(ports, secret, readCookie(request, browserCookie));
    const again = connection.data.state !== 'absent';
    const { name, accountNumber } = customer;
    response.send(linkPage(site, { action: linkUrl(secret), customer: name, accountNumber, again }, clock.now()));
  }

  async function followLink(request: Request, response: Response): Promise<void> {
    assertSameOrigin(request, site.url);
    const browser = readCookie(request, browserCookie) ?? unguessable();
    const begun = await beginAuthorization(ports, { secret: String(request.params.secret), browser });
    // As long as an authorization that begins at the link's last moment.
    setCookie(response, browserCookie, browser, linkMs + authorizationMs);
    remember(request, response, begun);
    response.set('refresh', `0; url=${begun.url}`).send(leavingPage(site, begun.url, clock.now()));
  }

  const routes = express.Router({ caseSensitive: true });
  routes.get('/', (_request, response) => void response.send(startPage(site, clock.now())));
  for (const { path, type, body } of [style, script, icon]) {
    routes.get(path, (_request, response) => {
      response.set('cache-control', 'public, max-age=31536000, immutable').type(type).send(body);
    });
  }
  routes.get('/authorize', authorize);
  routes.get('/callback', callback);
  routes.get('/result/:name', showResult);
  routes.post('/forget/:name', forget);
  routes.get('/expired', showExpired);
  routes.get('/connect/:secret', showLink);
  routes.post('/connect/:secret', followLink);

  return (request, response) => {
    response.set(headers);
    routes(request, response, (error?: unknown) => {
      const failure = told(error ?? new Failure('not_found', 'Nothing is kept under this address.'));
      if (response.headersSent) return;
      response.status(statusOf[failure.code]).send(problemPage(site, failure, undefined, clock.now()));
    });
  };
}

/** A query parameter that is there once and of a sane length; anything else is nobody's honest answer. */
function single(request: Request, name: string): string | undefined {
  const value = request.query[name];
  return typeof value === 'string' && value.length <= longestCode ? value : undefined;
}

/**
 * A form of another site must not act here. `Sec-Fetch-Site` is what the browser itself says; under `no-referrer` the
 * `Origin` of our own forms is `null`, so it counts only where the browser does not say.
 * @see https://www.w3.org/TR/fetch-metadata/
 */
function assertSameOrigin(request: Request, url: string): void {
  const site = request.get('sec-fetch-site');
  if (site === undefined ? request.get('origin') === new URL(url).origin : site === 'same-origin') return;
  throw new Failure('authorization_not_valid', 'This form was not sent from this page.');
}
