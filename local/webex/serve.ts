/** One request from its bytes to its answer: reading, counting, faults, latency, writing. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { type Answer, gatewayPage, newTrackingId, Refusal, webexError } from './answers.ts';
import { callApi, routeName } from './api/routes.ts';
import type { WebexControl } from './control/control.ts';
import { serveControl } from './control/http.ts';
import type { Fault, Target } from './faults.ts';
import type { Grant } from './oauth/grants.ts';
import { authorize } from './oauth/sign-in.ts';
import { accessToken } from './oauth/token-endpoint.ts';
import { bearerOf, type Call, formOf, type World } from './world.ts';

/** No call of Webex needs more, and the control operations fit. */
const maxBodyBytes = 16 * 1024 * 1024;

/** `closing` ends what waits. Rejects when the client goes away or the server closes. */
export async function serve(
  world: World,
  control: WebexControl,
  request: IncomingMessage,
  response: ServerResponse,
  closing: AbortSignal,
): Promise<void> {
  const trackingId = newTrackingId();
  const send = (answer: Answer) => write(response, answer, trackingId);
  const call = await read(request);
  if ('status' in call) return send(webexError(call.status, call.message, trackingId));
  if (call.url.pathname.startsWith('/_control/'))
    return send(attempt(world, call, trackingId, () => serveControl(control, call)));

  const { target, exchanged } = targetOf(world, call);
  const leave = world.counters.enter(`${call.method} ${routeName(call)}`);
  const leaveExchange = exchanged && world.counters.enterExchange(exchanged);
  // `close` and not the end of our work: a client that has given up is not waiting any more.
  response.once('close', () => {
    leave();
    leaveExchange?.();
  });

  const fault = world.faults.take(target);
  const act = () => attempt(world, call, trackingId, () => dispatch(world, call));
  const answer = fault ? await suffer(fault, call, act, trackingId, closing) : act();
  if (!answer) return void response.destroy();
  // After acting, so that whoever is cut off meanwhile leaves Webex having acted.
  const isPage = call.url.pathname === '/v1/authorize';
  if (world.settings.latencyMs > 0 && !isPage) await wait(world.settings.latencyMs, undefined, { signal: closing });
  send(answer);
}

async function read(request: IncomingMessage): Promise<Call | { status: number; message: string }> {
  // The host as the client sees it, since it follows links only to the host it knows.
  const origin = `http://${request.headers.host || '127.0.0.1'}`;
  const target = request.url ?? '/';
  // A path that starts with two slashes would be taken for a host.
  const href = target.startsWith('/') ? `${origin}${target}` : target;
  if (!URL.canParse(href)) return { status: 400, message: 'The request target could not be understood.' };
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    // Read on, else the client sees a broken connection and not the answer.
    if (bytes <= maxBodyBytes) chunks.push(chunk);
  }
  if (bytes > maxBodyBytes) return { status: 413, message: 'The request is too large.' };
  return {
    method: request.method ?? 'GET',
    url: new URL(href),
    headers: request.headers,
    body: Buffer.concat(chunks).toString(),
  };
}

/** What faults and statistics go by: whose request it is, and which grant's refresh token it exchanges. */
function targetOf(world: World, call: Call): { target: Target; exchanged: Grant | undefined } {
  const { pathname } = call.url;
  const isTokenCall = pathname === '/v1/access_token' && call.method === 'POST';
  const form = isTokenCall ? formOf(call) : undefined;
  const grant = form?.get('grant_type') ?? undefined;
  const exchanged = grant === 'refresh_token' ? world.grants.ownerOf(form?.get('refresh_token') ?? '') : undefined;
  const account =
    exchanged?.account ??
    world.grants.peekCode(form?.get('code') ?? '')?.account ??
    world.grants.authenticate(bearerOf(call) ?? '')?.grant.account;
  return { target: { path: pathname, method: call.method, grant, orgId: account?.orgId }, exchanged };
}

function dispatch(world: World, call: Call): Answer {
  if (call.url.pathname === '/v1/authorize') return authorize(world, call);
  if (call.url.pathname !== '/v1/access_token') return callApi(world, call);
  if (call.method === 'POST') return accessToken(world, call);
  throw new Refusal(405, 'The request was made using an HTTP method that is not supported.', {
    headers: { Allow: 'POST' },
  });
}

/** The answer of an action, or of its refusal. */
function attempt(world: World, call: Call, trackingId: string, action: () => Answer): Answer {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof Refusal)) {
      console.error(call.method, call.url.pathname, error);
      return webexError(500, 'Something went wrong on the server.', trackingId);
    }
    const { status, code, message, headers } = error;
    const answer =
      code && world.settings.errorBody === 'oauth'
        ? { status, json: { error: code, error_description: message } }
        : webexError(status, message, trackingId);
    return { ...answer, headers };
  }
}

/** The answer that a fault leaves, `undefined` where the connection is to be destroyed. */
async function suffer(
  fault: Fault,
  call: Call,
  act: () => Answer,
  trackingId: string,
  closing: AbortSignal,
): Promise<Answer | undefined> {
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
  if ('page' in fault) {
    call.pageFault = fault.page;
    return act();
  }
  if ('unchanged' in fault) {
    call.leaveUnchanged = true;
    return act();
  }
  if ('html' in fault) return gatewayPage(fault.status ?? 503);
  const { status, body, retryAfter } = fault;
  const headers: Record<string, string> = retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) };
  if (body === undefined) return { ...webexError(status, `Answer ${status} as ordered.`, trackingId), headers };
  return typeof body === 'string' ? { status, headers, text: body } : { status, headers, json: body };
}

function write(response: ServerResponse, answer: Answer, trackingId: string): void {
  const [type, text] =
    answer.html !== undefined
      ? ['text/html;charset=utf-8', answer.html]
      : answer.text !== undefined
        ? ['text/plain;charset=utf-8', answer.text]
        : ['application/json;charset=utf-8', answer.json === undefined ? '' : JSON.stringify(answer.json)];
  const body = Buffer.from(text);
  response.writeHead(answer.status, {
    Trackingid: trackingId,
    ...(body.length > 0 && { 'Content-Type': type }),
    ...(answer.status !== 204 && { 'Content-Length': body.length }),
    ...answer.headers,
  });
  response.end(body);
}
