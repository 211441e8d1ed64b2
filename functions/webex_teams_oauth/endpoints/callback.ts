/** The way back from Webex: the callback, which always redirects, and the page that shows the outcome. */

import type { Request, Response } from 'express';
import { finishAuthorization } from '../../../shared/connect/authorization-code.ts';
import { connectUrl } from '../../../shared/connect/link.ts';
import { clearOutcome, readOutcome } from '../../../shared/connect/outcome.ts';
import { publicName } from '../../../shared/domain/authorization.ts';
import { statusOf } from '../../../shared/http/status.ts';
import { type Context, logAndClassify } from '../context.ts';
import { authorizationCookie, browserCookie, clearCookie, readCookie } from '../cookies.ts';
import { assertSameOrigin } from '../form.ts';
import { connectedPage } from '../pages/connect.ts';
import { expiredPage, problemPage } from '../pages/problem.ts';
import { tokensPage } from '../pages/tokens.ts';
import { readPending } from '../pending.ts';

/** Longer than any authorization code. */
const maxParameterLength = 4096;

/** Redirects whatever happens, so that the code and the state do not stay in the address bar and the history. */
export async function finishCallback(context: Context, request: Request, response: Response): Promise<void> {
  const { ports, site } = context;
  const [state, code, error] = ['state', 'code', 'error'].map((name) => singleParameter(request, name));
  try {
    // The state is checked first: until this browser has proved it, no other parameter is read.
    const pending = state ? await readPending(context, request, publicName(state)) : undefined;
    if (!pending || pending.state !== state) return response.redirect(303, `${site.url}/expired`);
    const callbackParams = { code, error, browser: readCookie(request, browserCookie) };
    await finishAuthorization(ports, pending, callbackParams, (thrown) => logAndClassify(context, thrown));
  } catch (thrown) {
    logAndClassify(context, thrown);
  }
  response.redirect(303, `${site.url}/result/${publicName(state!)}`);
}

/** A query parameter that appears once and is not too long; Webex sends no other. */
function singleParameter(request: Request, name: string): string | undefined {
  const value = request.query[name];
  return typeof value === 'string' && value.length <= maxParameterLength ? value : undefined;
}

/** Shows the outcome, in the browser that holds the cookie of its authorization. */
export async function showResult(context: Context, request: Request, response: Response): Promise<void> {
  const { ports, site } = context;
  const name = String(request.params.name);
  const pending = await readPending(context, request, name);
  const outcome =
    pending &&
    (await readOutcome(ports, pending).catch((thrown) => {
      const { code, message } = logAndClassify(context, thrown);
      return { kind: 'failed' as const, code, message };
    }));
  if (!pending || !outcome) return showExpired(context, request, response);
  const now = ports.clock.now();
  switch (outcome.kind) {
    case 'tokens':
      return void response.send(tokensPage(site, outcome, `${site.url}/forget/${name}`, now));
    case 'connected':
      return void response.send(connectedPage(site, outcome, now));
    case 'failed': {
      const start = pending.link ? connectUrl(ports.settings, pending.link) : `${site.url}/authorize`;
      const retry = outcome.code === 'link_not_valid' ? undefined : start;
      return void response.status(statusOf[outcome.code]).send(problemPage(site, outcome, retry, now));
    }
  }
}

/** Deletes the outcome at the user's request. */
export async function forgetResult(context: Context, request: Request, response: Response): Promise<void> {
  const { ports, site } = context;
  assertSameOrigin(request, site.url);
  const name = String(request.params.name);
  const pending = await readPending(context, request, name);
  if (pending) await clearOutcome(ports, pending);
  clearCookie(response, authorizationCookie(name));
  response.redirect(303, site.url);
}

export function showExpired({ ports, site }: Context, _request: Request, response: Response): void {
  response.status(410).send(expiredPage(site, ports.clock.now()));
}
