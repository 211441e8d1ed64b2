/** One request from its bytes to its answer: reading, counting, faults, latency, writing. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { type Answer, newTrackingId, Refusal, toErrorAnswer, webexError } from './answers.ts';
import { callApi, routeName } from './api/routes.ts';
import type { WebexControl } from './control/control.ts';
import { serveControl } from './control/http.ts';
import { applyFault } from './faults/apply.ts';
import type { Target } from './faults/rules.ts';
import { homePage } from './home-page.ts';
import type { Grant } from './oauth/grants.ts';
import { authorize } from './oauth/sign-in.ts';
import { issueTokens } from './oauth/token-endpoint.ts';
import { bearerOf, type Call, formOf, type World } from './world.ts';

/** No call of Webex needs more, and the control operations fit. */
const maxBodyBytes = 16 * 1024 * 1024;

/** `closing` ends every wait. Rejects when the client goes away or the server closes. */
export async function serve(
  world: World,
  control: WebexControl,
  request: IncomingMessage,
  response: ServerResponse,
  closing: AbortSignal,
): Promise<void> {
  const sent = String(request.headers.trackingid ?? '').slice(0, 128);
  const trackingId = world.settings.echoTrackingId && sent ? sent : newTrackingId();
  const send = (answer: Answer) => write(response, answer, trackingId);
  const call = await read(request, trackingId);
  if ('problem' in call) return send(webexError(call.status, call.problem, world.settings, trackingId));
  if (call.path === '/' && call.method === 'GET') return send(attempt(world, call, () => homePage(world, call)));
  if (call.path.startsWith('/_control/')) return send(attempt(world, call, () => serveControl(control, call)));

  const { target, exchanged } = targetOf(world, call);
  const leave = world.counters.enter(`${call.method} ${routeName(call)}`);
  const leaveExchange = exchanged && world.counters.enterExchange(exchanged);
  // A client that has given up no longer waits, even if our work goes on.
  response.once('close', () => {
    leave();
    leaveExchange?.();
  });

  const { settings } = world;
  const fault = world.faults.take(target);
  const act = () => attempt(world, call, () => dispatch(world, call));
  const answer = fault ? await applyFault(fault, { call, settings, act, closing }) : act();
  if (!answer) return void response.destroy();
  // Latency comes after the action: a client that is cut off while waiting leaves behind a Webex that has acted.
  const isPage = call.path === '/v1/authorize';
  if (settings.latencyMs > 0 && !isPage) await wait(settings.latencyMs, undefined, { signal: closing });
  send(answer);
}

async function read(request: IncomingMessage, trackingId: string): Promise<Call | { status: number; problem: string }> {
  // Clients follow links only to the host that they know, so links name the host as the client wrote it.
  const origin = `http://${request.headers.host || '127.0.0.1'}`;
  const target = request.url ?? '/';
  // Without the origin, a path that starts with two slashes would be parsed as a host.
  const href = target.startsWith('/') ? `${origin}${target}` : target;
  if (!URL.canParse(href)) return { status: 400, problem: 'The request target could not be understood.' };
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    // The rest is read and dropped, because a client that is still sending would see a broken connection instead of 413.
    if (bytes <= maxBodyBytes) chunks.push(chunk);
  }
  if (bytes > maxBodyBytes) return { status: 413, problem: 'The request is too large.' };
  const url = new URL(href);
  return {
    method: request.method ?? 'GET',
    url,
    path: url.pathname.replace(/(?<=.)\/$/, ''),
    headers: request.headers,
    body: Buffer.concat(chunks).toString(),
    trackingId,
  };
}

/** What faults and statistics match the request by, and the grant whose refresh token it exchanges. */
function targetOf(world: World, call: Call): { target: Target; exchanged: Grant | undefined } {
  const { path, method, url } = call;
  const form = path === '/v1/access_token' && method === 'POST' ? formOf(call) : undefined;
  const grant = form?.get('grant_type') ?? undefined;
  const refreshToken = grant === 'refresh_token' ? (form?.get('refresh_token') ?? undefined) : undefined;
  const exchanged = refreshToken === undefined ? undefined : world.grants.ownerOf(refreshToken);
  const authenticated = world.grants.authenticate(bearerOf(call) ?? '');
  const account =
    exchanged?.account ?? world.codes.peek(form?.get('code') ?? '')?.account ?? authenticated?.grant.account;
  const tokenAgeMs = authenticated && world.now() - authenticated.issuedAt;
  const target = { path, query: url.search, method, grant, orgId: account?.orgId, refreshToken, tokenAgeMs };
  return { target, exchanged };
}

function dispatch(world: World, call: Call): Answer {
  if (call.path === '/v1/authorize') return authorize(world, call);
  if (call.path !== '/v1/access_token') return callApi(world, call);
  if (call.method === 'POST') return issueTokens(world, call);
  throw new Refusal(405, 'The request was made using an HTTP method that is not supported.', {
    headers: { Allow: 'POST' },
  });
}

/** The answer of an action, or of its refusal. */
function attempt(world: World, call: Call, action: () => Answer): Answer {
  try {
    return action();
  } catch (error) {
    if (error instanceof Refusal) return toErrorAnswer(error, world.settings, call.trackingId);
    console.error(call.method, call.path, error);
    return webexError(500, 'Something went wrong on the server.', world.settings, call.trackingId);
  }
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
