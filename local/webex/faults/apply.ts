/** What a fault does to one request. */

import { setTimeout as wait } from 'node:timers/promises';
import { type Answer, gatewayPage, type OAuthError, Refusal, toErrorAnswer, webexError } from '../answers.ts';
import type { Settings } from '../settings.ts';
import type { Call } from '../world.ts';
import { withField } from './fields.ts';
import type { Fault } from './rules.ts';

interface Context {
  call: Call;
  settings: Settings;
  /** Runs the real handler. */
  act(): Answer;
  /** Ends every wait when the server closes. */
  closing: AbortSignal;
}

/** Returns the answer that the fault leaves, or `undefined` where it destroys the connection. */
export async function applyFault(fault: Fault, context: Context): Promise<Answer | undefined> {
  const { call, act, closing } = context;
  if ('html' in fault) return { ...gatewayPage(fault.status ?? 503), headers: headersOf(fault) };
  if ('refuse' in fault) return refuse(fault, context);
  if ('status' in fault) return withStatus(fault, context);
  if ('delayMs' in fault) {
    await wait(fault.delayMs, undefined, { signal: closing });
    return act();
  }
  if ('drop' in fault) {
    if (fault.drop === 'after') act();
    return undefined;
  }
  if ('hangMs' in fault) {
    const answer = fault.act ? act() : gatewayPage(504);
    await wait(fault.hangMs, undefined, { signal: closing });
    return answer;
  }
  if ('page' in fault) call.pageFault = fault.page;
  if ('unchanged' in fault) call.leaveUnchanged = true;
  const answer = act();
  if ('link' in fault) return withLink(answer, fault.link);
  return 'set' in fault || 'omit' in fault ? withFields(answer, fault) : answer;
}

type Headers = { retryAfter?: string | number | undefined; headers?: Record<string, string> | undefined };

function headersOf({ retryAfter, headers }: Headers): Record<string, string> {
  return { ...headers, ...(retryAfter !== undefined && { 'Retry-After': String(retryAfter) }) };
}

function withStatus(fault: Extract<Fault, { body?: unknown }>, { call, settings }: Context): Answer {
  const { status, body } = fault;
  const headers = headersOf(fault);
  if (typeof body === 'string') return { status, headers, text: body };
  if (body !== undefined) return { status, headers, json: body };
  return { ...webexError(status, `A test ordered status ${status}.`, settings, call.trackingId), headers };
}

/** What Webex says beside an error code. For a wrong client its words are not known. */
const descriptions: Record<OAuthError, string> = {
  invalid_request: 'The request is missing a required parameter or is otherwise malformed.',
  invalid_client: 'Client authentication failed.',
  unauthorized_client: 'The client is not authorized to use this grant type.',
  invalid_grant: 'The refresh token provided is expired, revoked, malformed, or invalid.',
  invalid_scope: 'The requested scope is invalid, unknown, or malformed.',
  unsupported_grant_type: 'The grant type is not supported.',
};

function refuse(fault: Extract<Fault, { refuse: OAuthError }>, { call, settings }: Context): Answer {
  const { refuse: code, as = settings.errorBody, description = descriptions[code] } = fault;
  const status = fault.status ?? (code === 'invalid_client' ? 401 : 400);
  const refusal = new Refusal(status, description, { code, headers: headersOf(fault) });
  return toErrorAnswer(refusal, { ...settings, errorBody: as }, call.trackingId);
}

function withLink(answer: Answer, template: string): Answer {
  const next = /<([^>]+)>/.exec(answer.headers?.Link ?? '')?.[1];
  if (next === undefined) return answer;
  const { host, search } = new URL(next);
  const link = template.replaceAll('{next}', next).replaceAll('{host}', host).replaceAll('{query}', search.slice(1));
  return { ...answer, headers: { ...answer.headers, Link: link } };
}

function withFields(
  answer: Answer,
  change: { set?: Record<string, unknown> | undefined; omit?: string[] | undefined },
): Answer {
  let { json } = answer;
  for (const [path, value] of Object.entries(change.set ?? {})) json = withField(json, path, value);
  for (const path of change.omit ?? []) json = withField(json, path, undefined);
  return { ...answer, json };
}
