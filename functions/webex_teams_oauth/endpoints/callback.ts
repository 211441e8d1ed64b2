/** The way back from Webex: the callback, which always redirects, and the pages that it redirects to. */

import type { Request, Response } from 'express';
import { finishAuthorization } from '../../../shared/connect/authorization-code.ts';
import { connectUrl } from '../../../shared/connect/link.ts';
import { clearOutcome, readOutcome } from '../../../shared/connect/outcome.ts';
import { type Outcome, type PendingAuthorization, publicName } from '../../../shared/domain/authorization.ts';
import { statusOf } from '../../../shared/http/status.ts';
import { type Context, logAndClassify } from '../context.ts';
import { authorizationCookie, clearCookie } from '../cookies.ts';
import { assertOwnForm, formField } from '../form.ts';
import { connectedPage, unverifiedPage } from '../pages/connect.ts';
import { expiredPage, problemPage, restartPage, workingPage } from '../pages/problem.ts';
import { tokensPage } from '../pages/tokens.ts';
import { readPending, storePending } from '../pending.ts';

/** Longer than any authorization code. */
const maxParameterLength = 4096;
/** How long a browser waits before it looks again for an outcome. */
const reloadSeconds = 3;

/** Redirects whatever happens, so that the code and the state do not stay in the address bar and the history. */
export async function finishCallback(context: Context, request: Request, response: Response): Promise<void> {
  const { ports, site } = context;
  const [state, code, error] = ['state', 'code', 'error'].map((name) => singleParameter(request, name));
  let show = 'result';
  try {
    // The state is checked first: until this browser has proved it, no other parameter is read.
    const pending = state ? await readPending(context, request, publicName(state)) : undefined;
    if (!pending || pending.state !== state) return response.redirect(303, `${site.url}/expired`);
    context.admit(request, pending);
    const finished = await finishAuthorization(
      ports,
      pending,
      { code, error },
      {
        logAndClassify: (thrown) => logAndClassify(context, thrown),
        admitExchange: () => context.admitExchange(request, pending),
      },
    );
    show = finished.show;
    await storePending(context, response, finished.pending);
  } catch (thrown) {
    logAndClassify(context, thrown);
  }
  response.redirect(303, `${site.url}/${show}/${publicName(state!)}`);
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
  if (pending) context.admit(request, pending);
  const outcome = pending && (await outcomeOf(context, pending));
  if (!pending || !outcome) return showExpired(context, request, response);
  const now = ports.clock.now();
  if (outcome === 'working') return void response.set('refresh', String(reloadSeconds)).send(workingPage(site, now));
  switch (outcome.kind) {
    case 'tokens': {
      const forget = { action: `${site.url}/forget/${name}`, field: formField(request, response) };
      return void response.send(tokensPage(site, outcome, forget, now));
    }
    case 'connected':
      return void response.send(connectedPage(site, outcome, now));
    case 'unverified':
      return void response.send(unverifiedPage(site, outcome.customer, now));
    case 'failed': {
      const retry = outcome.code === 'link_not_valid' ? undefined : startOf(context, pending);
      return void response.status(statusOf[outcome.code]).send(problemPage(site, outcome, retry, now));
    }
  }
}

async function outcomeOf(context: Context, pending: PendingAuthorization): Promise<Outcome | 'working' | undefined> {
  if (pending.failed) return pending.failed;
  return readOutcome(context.ports, pending).catch((thrown) => {
    const { code, message } = logAndClassify(context, thrown);
    return { kind: 'failed' as const, code, message };
  });
}

/** Where the user starts again: the connect link, or GET TOKENS. */
function startOf({ ports, site }: Context, { link }: PendingAuthorization): string {
  return link === undefined ? `${site.url}/authorize` : connectUrl(ports.settings, link);
}

/** For a user who went back to Webex and consented again: the state is used, and the first outcome is not about this consent. */
export async function showRestart(context: Context, request: Request, response: Response): Promise<void> {
  const pending = await readPending(context, request, String(request.params.name));
  if (!pending) return showExpired(context, request, response);
  response.status(409).send(restartPage(context.site, startOf(context, pending), context.ports.clock.now()));
}

/** Deletes the outcome at the user's request. */
export async function forgetResult(context: Context, request: Request, response: Response): Promise<void> {
  const { ports, site } = context;
  assertOwnForm(request, site.url);
  const name = String(request.params.name);
  const pending = await readPending(context, request, name);
  if (pending) {
    context.admit(request, pending);
    await clearOutcome(ports, pending);
    clearCookie(response, authorizationCookie(name));
  }
  response.redirect(303, site.url);
}

export function showExpired({ ports, site }: Context, _request: Request, response: Response): void {
  response.status(410).send(expiredPage(site, ports.clock.now()));
}
