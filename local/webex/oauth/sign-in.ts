/** `/v1/authorize`: sign-in and consent in a browser, which end in a redirect with a code or an error. */

import { randomUUID } from 'node:crypto';
import { type Answer, Refusal } from '../answers.ts';
import type { Account } from '../people/organizations.ts';
import { type Call, type Client, formOf, type World } from '../world.ts';
import { consentPage, emailPage, errorPage, passwordPage } from './pages.ts';

const cookieName = 'webex_session';

interface Request {
  client: Client;
  redirectUri: string;
  scopes: string[];
  state: string | null;
  challenge: string | undefined;
}

/**
 * Every page has this path, and its form posts to the same URL. The query and the session cookie hold the whole state,
 * so that pages left open, reloaded or opened twice keep working.
 * @see https://developer.webex.com/docs/integrations
 */
export function authorize(world: World, call: Call): Answer {
  if (!['GET', 'POST'].includes(call.method)) {
    throw new Refusal(405, 'The request was made using an HTTP method that is not supported.', {
      headers: { Allow: 'GET, POST' },
    });
  }
  const query = call.url.searchParams;
  const client = world.clients.get(query.get('client_id') ?? '');
  const redirectUri = query.get('redirect_uri') ?? '';
  if (!client) return errorPage('The client ID is not known.');
  // A looser comparison would send codes to strangers.
  if (!client.redirectUris.includes(redirectUri)) return errorPage('The redirect URI is not registered.');

  const state = query.get('state');
  const scopes = (query.get('scope') ?? '').split(' ').filter(Boolean);
  const problem = problemWith(query, client, scopes);
  if (problem) return redirectBack(redirectUri, { ...problem, state });
  const request = { client, redirectUri, scopes, state, challenge: query.get('code_challenge') ?? undefined };
  return call.method === 'GET' ? showPage(world, call, request) : submit(world, call, request);
}

/** @see https://datatracker.ietf.org/doc/html/rfc6749#section-4.1.2.1 */
function problemWith(
  query: URLSearchParams,
  client: Client,
  scopes: string[],
): { error: string; error_description: string } | undefined {
  if (query.get('response_type') !== 'code') {
    return { error: 'unsupported_response_type', error_description: 'The response type must be code.' };
  }
  if (scopes.length === 0 || !scopes.every((scope) => client.scopes.includes(scope))) {
    return { error: 'invalid_scope', error_description: 'The requested scope is invalid, unknown, or malformed.' };
  }
  const challenge = query.get('code_challenge');
  const method = query.get('code_challenge_method');
  const pkce = challenge === null ? method === null : method === 'S256' && /^[\w-]{43}$/.test(challenge);
  return pkce ? undefined : { error: 'invalid_request', error_description: 'The code challenge must be an S256 one.' };
}

function redirectBack(redirectUri: string, parameters: Record<string, string | null>): Answer {
  const target = new URL(redirectUri);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null) target.searchParams.set(name, value);
  }
  return { status: 303, headers: { Location: target.href, 'Cache-Control': 'no-store' } };
}

/** The same page with some parameters changed. `null` removes one. */
function thisPage(call: Call, parameters: Record<string, string | null>): string {
  const url = new URL(call.url);
  for (const [name, value] of Object.entries(parameters)) {
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return `${url.pathname}${url.search}`;
}

const seeOther = (location: string, headers = {}): Answer => ({
  status: 303,
  headers: { Location: location, ...headers },
});

function signedInAccount(world: World, call: Call): Account | undefined {
  const value = new RegExp(`(?:^|;\\s*)${cookieName}=([^;]+)`).exec(call.headers.cookie ?? '')?.[1];
  const account = value === undefined ? undefined : world.sessions.get(value);
  return account?.active ? account : undefined;
}

function showPage(world: World, call: Call, request: Request): Answer {
  const action = thisPage(call, {});
  const query = call.url.searchParams;
  const account = signedInAccount(world, call);
  const hint = query.get('login_hint');
  if (query.get('prompt') !== 'select_account' && account && (hint === null || account.email === hint.toLowerCase())) {
    const organization = world.organizations.get(account.orgId)!;
    const another = thisPage(call, { prompt: 'select_account', login_hint: null });
    return consentPage({ action, another, account, organization, scopes: request.scopes });
  }
  if (hint) return passwordPage({ action, email: hint, back: thisPage(call, { login_hint: null }) });
  return emailPage({ action });
}

function submit(world: World, call: Call, request: Request): Answer {
  const form = formOf(call);
  const decision = form.get('decision');
  if (decision !== null) return applyDecision(world, call, request, decision);
  const email = form.get('email')?.trim() ?? '';
  const password = form.get('password');
  if (password === null) {
    if (!email.includes('@')) return emailPage({ action: thisPage(call, {}), problem: 'Enter a valid email address.' });
    return seeOther(thisPage(call, { login_hint: email, prompt: null }));
  }
  const hint = call.url.searchParams.get('login_hint') ?? '';
  const account = world.organizations.account(hint);
  // One message for every reason, so that a stranger cannot find out which addresses have an account.
  if (!account?.active || account.password !== password) {
    const problem = 'You entered an incorrect email address or password.';
    return passwordPage({
      action: thisPage(call, {}),
      email: hint,
      back: thisPage(call, { login_hint: null, prompt: 'select_account' }),
      problem,
    });
  }
  const session = randomUUID();
  world.sessions.set(session, account);
  return seeOther(thisPage(call, { prompt: null }), {
    'Set-Cookie': `${cookieName}=${session}; Path=/v1/authorize; HttpOnly; SameSite=Lax`,
  });
}

function applyDecision(world: World, call: Call, request: Request, decision: string): Answer {
  const account = signedInAccount(world, call);
  const { client, redirectUri, scopes, state, challenge } = request;
  if (!account) return seeOther(thisPage(call, {}));
  if (decision !== 'accept') {
    return redirectBack(redirectUri, {
      error: 'access_denied',
      error_description: 'The user denied the request.',
      state,
    });
  }
  if (account.roles.length === 0 && world.settings.memberConsent === 'invalid_scope') {
    return redirectBack(redirectUri, { error: 'invalid_scope', state });
  }
  const code = world.codes.issue({ account, clientId: client.clientId, scopes, redirectUri, challenge });
  return redirectBack(redirectUri, { code, state });
}
