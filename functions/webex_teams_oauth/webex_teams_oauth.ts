/**
 * The token page, the OAuth callback and the pages of connect links. Translates a browser's requests into calls of the flow
 * `connect`, and its outcomes into pages; decides nothing itself.
 */

import type { HttpFunction } from '@google-cloud/functions-framework';
import express, { type Request, type Response } from 'express';
import { isPublicName } from '../../shared/domain/authorization.ts';
import { Failure, retryAfterMsOf } from '../../shared/domain/failure.ts';
import { guardFunction } from '../../shared/http/request-guard.ts';
import { statusOf } from '../../shared/http/status.ts';
import type { Ports } from '../../shared/ports.ts';
import { admission } from './admission.ts';
import { icon, script, style } from './assets.ts';
import { type Context, logAndClassify } from './context.ts';
import { finishCallback, forgetResult, showExpired, showRestart, showResult } from './endpoints/callback.ts';
import { showLink, startFromLink } from './endpoints/connect-link.ts';
import { startFromTokenPage } from './endpoints/token-page.ts';
import { securityHeaders } from './headers.ts';
import { ownAddress } from './origin.ts';
import { problemPage } from './pages/problem.ts';
import { startPage } from './pages/tokens.ts';

export function webexTeamsOauth(ports: Ports): HttpFunction {
  const { clock, settings } = ports;
  const site = { portalName: settings.portalName, url: settings.oauthUrl };
  const context: Context = { ports, site, ...admission(ports) };
  const headers = securityHeaders(site.url);
  guardFunction(ports.log, { headers });
  const routes = express.Router({ caseSensitive: true });

  routes.get('/', (_request, response) => void response.send(startPage(site, clock.now())));
  for (const { path, type, body } of [style, script, icon]) {
    routes.get(path, (_request, response) => {
      response.set('cache-control', 'public, max-age=31536000, immutable').type(type).send(body);
    });
  }
  // Other names are made up, and some would not even make a cookie's name.
  routes.param('name', (request, response, next, name: string) => {
    if (isPublicName(name)) next();
    else showExpired(context, request, response);
  });
  const use = (endpoint: Endpoint) => (request: Request, response: Response) => endpoint(context, request, response);
  routes.get('/authorize', use(startFromTokenPage));
  routes.get('/callback', use(finishCallback));
  routes.get('/result/:name', use(showResult));
  routes.get('/restart/:name', use(showRestart));
  routes.post('/forget/:name', use(forgetResult));
  routes.get('/expired', use(showExpired));
  routes.get('/connect/:secret', use(showLink));
  routes.post('/connect/:secret', use(startFromLink));

  return (request, response) => {
    response.set(headers);
    const elsewhere = ownAddress(request, site.url);
    if (elsewhere !== undefined) return response.redirect(303, elsewhere);
    routes(request, response, (error?: unknown) => {
      const failure = isBadAddress(error) ? noSuchPage() : logAndClassify(context, error);
      if (response.headersSent) return;
      const retryAfterMs = retryAfterMsOf(failure);
      if (retryAfterMs !== undefined) response.set('retry-after', String(Math.ceil(retryAfterMs / 1000)));
      response.status(statusOf[failure.code]).send(problemPage(site, failure, undefined, clock.now()));
    });
  };
}

/** No route, or a parameter that cannot be decoded, which Express reports with a status of its own. */
const isBadAddress = (error: unknown) => error === undefined || (error as { status?: number }).status === 400;
const noSuchPage = () => new Failure('not_found', 'There is nothing at this address.');

type Endpoint = (context: Context, request: Request, response: Response) => void | Promise<void>;
