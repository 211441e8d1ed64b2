/** Webex over got: the only place that talks to Webex. What it cannot say in our words leaves as a `Failure`, never as got's error. */

import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Failure } from '../domain/failure.ts';
import type { Secret } from '../domain/secret.ts';
import { webexId } from '../domain/webex-id.ts';
import type { Integration, Proxies, Webex, WebexAccess } from '../ports.ts';
import {
  type Answer,
  items,
  toFailure,
  toLicense,
  toNotFoundIds,
  toOrganization,
  toPerson,
  toRole,
  toTokenExpiry,
  toTokenFailure,
  toTokenPair,
  unreadable,
} from './webex-answers.ts';

/** One exchange may take this long, connection through a proxy included; see `leaseMs` in domain/refresh.ts. */
const timeoutMs = 30_000;
/** Agents kept for customers with proxies of their own; the oldest goes first. */
const agentsKept = 500;

interface Request {
  method?: 'GET' | 'POST' | 'DELETE';
  form?: Record<string, string>;
  accessToken?: Secret;
  proxies?: Proxies;
  signal?: AbortSignal;
}

/**
 * @param apiUrl Webex's API base, e.g. `https://webexapis.com/v1` (Gov: `https://api-usgov.webex.com/v1`)
 * @param integration our credentials; a refused client secret is followed by the next in the list
 * @see https://developer.webex.com/docs/basics
 */
export function webexApi(apiUrl: string, integration: () => Promise<Integration>): Webex {
  const base = `${apiUrl.replace(/\/+$/, '')}/`;
  const direct = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
  const agents = new Map<string, ReturnType<typeof proxied>>();
  let goodSecret: string | undefined;

  async function proxied(url: string) {
    const { HttpProxyAgent, HttpsProxyAgent } = await import('hpagent');
    const options = { keepAlive: true, proxy: url, timeout: timeoutMs };
    return { http: new HttpProxyAgent(options), https: new HttpsProxyAgent(options) };
  }

  function agentFor(proxies: Proxies = {}): typeof direct | ReturnType<typeof proxied> {
    const url = base.startsWith('https:') ? (proxies.https ?? proxies.http) : proxies.http;
    if (!url) return direct;
    const kept = agents.get(url) ?? proxied(url);
    agents.delete(url);
    agents.set(url, kept);
    if (agents.size > agentsKept) agents.delete(agents.keys().next().value!);
    return kept;
  }

  async function send(url: string, request: Request): Promise<Answer> {
    const { default: got } = await import('got');
    try {
      const response = await got(url, {
        method: request.method ?? 'GET',
        ...(request.form && { form: request.form }),
        headers: {
          accept: 'application/json',
          'user-agent': 'webex-customer-access',
          ...(request.accessToken && { authorization: `Bearer ${request.accessToken.reveal()}` }),
        },
        agent: await agentFor(request.proxies),
        timeout: { request: timeoutMs },
        // Retries are the flows' decisions; a redirect would carry the token to where it points.
        retry: { limit: 0 },
        followRedirect: false,
        throwHttpErrors: false,
        ...(request.signal && { signal: request.signal }),
      });
      return {
        status: response.statusCode,
        body: parsed(response.body),
        header: (name) => [response.headers[name]].flat()[0],
      };
    } catch (error) {
      // got's error holds the form and the Authorization header: only its code leaves.
      const code = (error as { code?: unknown }).code;
      const cause = typeof code === 'string' ? code : 'no code';
      throw new Failure('webex_unavailable', 'Webex could not be reached.', { cause });
    }
  }

  async function call(url: string, access: WebexAccess, method: Request['method'] = 'GET'): Promise<Answer> {
    const answer = await send(url, { method, ...access });
    if (answer.status < 200 || answer.status > 299) throw toFailure(answer);
    return answer;
  }

  function address(path: string, query: Record<string, string> = {}): string {
    const search = new URLSearchParams(query).toString();
    return `${base}${path}${search && `?${search}`}`;
  }

  /** Only the API's own `people` is followed: a next link elsewhere would carry the access token there. */
  function nextPage(cursor: string, max: number): string {
    const url = URL.canParse(cursor, base) ? new URL(cursor, base) : undefined;
    const people = new URL('people', base);
    if (url?.origin !== people.origin || url.pathname !== people.pathname) {
      throw new Failure('webex_unexpected', 'Webex named a next page that is not its own.', { cause: 'foreign link' });
    }
    url.searchParams.set('max', String(max));
    return url.href;
  }

  async function token(form: Record<string, string>, request: Request) {
    const { clientId, clientSecrets } = await integration();
    const inTurn = clientSecrets.toSorted(
      (a, b) => Number(b.reveal() === goodSecret) - Number(a.reveal() === goodSecret),
    );
    let refused: Failure | undefined;
    for (const secret of inTurn) {
      const client = { client_id: clientId, client_secret: secret.reveal() };
      const answer = await send(address('access_token'), { ...request, method: 'POST', form: { ...form, ...client } });
      if (answer.status >= 200 && answer.status <= 299) {
        goodSecret = secret.reveal();
        return toTokenPair(answer);
      }
      const failure = toTokenFailure(answer);
      if (failure.code !== 'client_refused') throw failure;
      refused = failure;
    }
    throw refused!;
  }

  return {
    async authorizeUrl({ redirectUri, scopes, state, challenge }) {
      return address('authorize', {
        client_id: (await integration()).clientId,
        response_type: 'code',
        redirect_uri: redirectUri,
        scope: scopes.join(' '),
        state,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      });
    },

    exchangeCode: ({ code, verifier, redirectUri }) =>
      token(
        {
          grant_type: 'authorization_code',
          code: code.reveal(),
          redirect_uri: redirectUri,
          code_verifier: verifier.reveal(),
        },
        {},
      ),

    refresh: ({ refreshToken, ...request }) =>
      token({ grant_type: 'refresh_token', refresh_token: refreshToken.reveal() }, request),

    async me(access) {
      const answer = await call(address('people/me'), access);
      const person = toPerson((answer.body ?? {}) as Record<string, unknown>);
      if (!person) throw unreadable(answer);
      return person;
    },

    organization: async (access, orgId) =>
      toOrganization(await call(address(`organizations/${webexId('ORGANIZATION', orgId)}`), access)),

    tokenExpiry: async (access) => toTokenExpiry(await call(address('authorizations/tokenExpiry'), access)),

    async revoke(access, orgId) {
      const query = { clientId: (await integration()).clientId, orgId: webexId('ORGANIZATION', orgId) };
      await call(address('authorizations', query), access, 'DELETE');
    },

    async people(access, { orgId, max, cursor }) {
      const first = { orgId: webexId('ORGANIZATION', orgId), max: String(max), excludeStatus: 'true' };
      const answer = await call(cursor ? nextPage(cursor, max) : address('people', first), access);
      const next = await nextLink(answer.header('link'));
      const people = items(answer).flatMap((item) => toPerson(item) ?? []);
      return { people, ...(next && { next }) };
    },

    async peopleById(access, ids) {
      const query = { id: ids.map((id) => webexId('PEOPLE', id)).join(','), max: String(ids.length) };
      const answer = await call(address('people', query), access);
      return { people: items(answer).flatMap((item) => toPerson(item) ?? []), notFoundIds: toNotFoundIds(answer) };
    },

    licenses: async (access, orgId) =>
      items(await call(address('licenses', { orgId: webexId('ORGANIZATION', orgId) }), access)).flatMap(
        (item) => toLicense(item) ?? [],
      ),

    roles: async (access) => items(await call(address('roles'), access)).flatMap((item) => toRole(item) ?? []),
  };
}

async function nextLink(header: string | undefined): Promise<string | undefined> {
  if (!header) return undefined;
  const { parseLinkHeader } = await import('got');
  try {
    return parseLinkHeader(header).find((link) => /^"?next"?$/.test(link.parameters.rel ?? ''))?.reference;
  } catch {
    throw new Failure('webex_unavailable', 'Webex gave a Link header that cannot be read.');
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
