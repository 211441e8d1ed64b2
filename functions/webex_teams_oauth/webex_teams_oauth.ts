/** The token page, the OAuth callback and connect links: translates a browser's requests to the flow `connect`, and its results to pages. */

import { readFileSync } from 'node:fs';
import type { HttpFunction } from '@google-cloud/functions-framework';
import express, { type Request, type Response } from 'express';
import {
  type Begun,
  beginAuthorization,
  beginFromLink,
  type Callback,
  completeAuthorization,
  judgeCallback,
  openLink,
} from '../../shared/connect.ts';
import { authorizationMs, digest, linkMs, unguessable } from '../../shared/domain/authorization.ts';
import { Failure } from '../../shared/domain/failure.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { toFailure } from '../../shared/http/problem.ts';
import { statusOf } from '../../shared/http/status.ts';
import type { Outside } from '../../shared/ports.ts';
import { authorizationCookie, browserCookie, clearCookie, readCookie, resultCookie, setCookie } from './cookies.ts';
import { linkPage, problemPage, type Result, resultPage, startPage } from './pages.ts';

const resultPlace = 'cookie result';
/** How long the result stays on the page: long enough to paste it, short enough to forget. */
const resultMs = 10 * 60_000;

const assets = {
  style: readFileSync(new URL('style.css', import.meta.url)),
  script: readFileSync(new URL('page.js', import.meta.url)),
};

/** @param webexOrigin where the consent page is: the only place outside that a form may lead to */
export function webexTeamsOauth(outside: Outside, webexOrigin: string): HttpFunction {
  const { clock, log, sealer, settings } = outside;
  const site = { portalName: settings.portalName, url: settings.oauthUrl };
  const headers = {
    'cache-control': 'no-store',
    'content-security-policy': [
      "default-src 'none'",
      "style-src 'self'",
      "script-src 'self'",
      `form-action 'self' ${webexOrigin}`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'strict-transport-security': 'max-age=31536000',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  };

  function leave(response: Response, begun: Begun): void {
    setCookie(response, authorizationCookie(begun.state), begun.sealed, authorizationMs);
    response.redirect(303, begun.url);
  }

  async function finish(response: Response, result: Result): Promise<void> {
    const sealed = await sealer.seal(new Secret(JSON.stringify(result)), resultPlace);
    setCookie(response, resultCookie, sealed, resultMs);
    // A clean address: code and state stay out of the history.
    response.redirect(303, `${site.url}/result`);
  }

  function failed(error: unknown): Failure {
    const failure = toFailure(error);
    const facts = { code: failure.code, cause: failure.facts.cause, trackingId: failure.facts.trackingId };
    if (statusOf[failure.code] >= 500) log.error('authorization_failed', facts);
    else log.info('authorization_declined', facts);
    return failure;
  }

  async function callback(request: Request, response: Response): Promise<void> {
    const [state, code, error] = ['state', 'code', 'error'].map((name) => single(request, name));
    if (state === undefined) throw new Failure('authorization_not_valid', 'This address is only for answers of Webex.');
    const cookie = authorizationCookie(state);
    const answer: Callback = {
      state,
      sealed: readCookie(request, cookie),
      browser: readCookie(request, browserCookie),
      ...(code !== undefined && { code }),
      ...(error !== undefined && { error }),
    };
    clearCookie(response, cookie);
    let again = `${site.url}/authorize`;
    try {
      const authorization = await judgeCallback(outside, answer);
      if (authorization.link) again = `${site.url}/connect/again/${authorization.link}`;
      const done = await completeAuthorization(outside, authorization, answer);
      await finish(response, done.kind === 'tokens' ? tokensResult(done.tokens) : connectedResult(done));
    } catch (error) {
      await finish(response, { kind: 'failed', message: failed(error).message, again });
    }
  }

  async function showLink(request: Request, response: Response, hash: string, action: string): Promise<void> {
    const open = await openLink(outside, hash, readCookie(request, browserCookie));
    const { name: customer, accountNumber } = open.customer;
    const again = open.connection.data.state !== 'absent';
    response.send(linkPage(site, { action, customer, accountNumber, again }));
  }

  async function followLink(request: Request, response: Response, hash: string): Promise<void> {
    assertSameOrigin(request, site.url);
    const browser = readCookie(request, browserCookie) ?? unguessable();
    const begun = await beginFromLink(outside, hash, browser);
    setCookie(response, browserCookie, browser, linkMs);
    leave(response, begun);
  }

  async function showResult(request: Request, response: Response): Promise<void> {
    const sealed = readCookie(request, resultCookie);
    const opened = sealed && (await sealer.open(sealed, resultPlace).catch(() => undefined));
    if (!opened) return response.redirect(303, site.url);
    const result = JSON.parse(opened.reveal()) as Result;
    response.send(resultPage(site, result, clock.now()));
  }

  const routes = express.Router({ caseSensitive: true });
  routes.get('/', (_request, response) => void response.send(startPage(site)));
  routes.get('/style.css', (_request, response) => void cached(response).type('css').send(assets.style));
  routes.get('/page.js', (_request, response) => void cached(response).type('js').send(assets.script));
  routes.get('/authorize', async (_request, response) => leave(response, await beginAuthorization(outside)));
  routes.get('/callback', callback);
  routes.get('/result', showResult);
  for (const [prefix, hashOf] of [
    ['connect/again', (part: string) => part],
    ['connect', digest],
  ] as const) {
    const action = (part: string) => `${site.url}/${prefix}/${encodeURIComponent(part)}`;
    routes.get(`/${prefix}/:part`, (request, response) =>
      showLink(request, response, hashOf(request.params.part), action(request.params.part)),
    );
    routes.post(`/${prefix}/:part`, (request, response) => followLink(request, response, hashOf(request.params.part)));
  }

  return (request, response) => {
    response.set(headers);
    routes(request, response, (error?: unknown) => {
      const failure = failed(error ?? new Failure('not_found', 'There is no such page.'));
      if (!response.headersSent) response.status(statusOf[failure.code]).send(problemPage(site, failure.message));
    });
  };
}

/** A query parameter that is there once; repeated ones are nobody's honest request. */
function single(request: Request, name: string): string | undefined {
  const value = request.query[name];
  if (value === undefined || typeof value === 'string') return value;
  throw new Failure('authorization_not_valid', 'The answer is not one of Webex.');
}

/** A form of another site must not start an authorization here. */
function assertSameOrigin(request: Request, url: string): void {
  const origin = request.get('origin');
  if (origin === new URL(url).origin) return;
  throw new Failure('authorization_not_valid', 'This form was not sent from this page.');
}

function cached(response: Response): Response {
  return response.set('cache-control', 'public, max-age=3600');
}

function tokensResult(tokens: {
  authorizer: { organizationId: string; organizationName: string; email: string };
  accessToken: Secret;
  refreshToken: Secret;
  accessExpiresAt: number;
  refreshExpiresAt: number;
}): Result {
  return {
    kind: 'tokens',
    organizationId: tokens.authorizer.organizationId,
    organizationName: tokens.authorizer.organizationName,
    authorizedBy: tokens.authorizer.email,
    accessToken: tokens.accessToken.reveal(),
    refreshToken: tokens.refreshToken.reveal(),
    accessExpiresAt: tokens.accessExpiresAt,
    refreshExpiresAt: tokens.refreshExpiresAt,
  };
}

function connectedResult(done: {
  customer: { name: string };
  connection: { grant?: { refreshExpiresAt: number; authorizer?: { organizationName: string; email: string } } };
}): Result {
  const grant = done.connection.grant!;
  return {
    kind: 'connected',
    customer: done.customer.name,
    organizationName: grant.authorizer!.organizationName,
    authorizedBy: grant.authorizer!.email,
    refreshExpiresAt: grant.refreshExpiresAt,
  };
}
