/** Webex over got: the only place that talks to Webex. What it cannot say in our words leaves as a `Failure`, never as got's error. */

import { Failure } from '../../domain/failure.ts';
import type { Person } from '../../domain/person.ts';
import type { Proxies } from '../../domain/proxy.ts';
import { exchangeMs } from '../../domain/refresh-policy.ts';
import type { Secret } from '../../domain/secret.ts';
import { webexId } from '../../domain/webex-id.ts';
import type { Clock, Integration, Webex, WebexAccess } from '../../ports.ts';
import { proxyAgents, toProxyFailure } from './proxy-agents.ts';
import {
  type Answer,
  items,
  toFailure,
  toLicense,
  toNotFoundIds,
  toOrganization,
  toPerson,
  toRole,
  toTokenFailure,
  toTokenPair,
  toTotal,
  unreadable,
} from './responses.ts';

/** One call may take this long, connection through a proxy included. */
const timeoutMs = 30_000;
/** Webex's longest pages are a few megabytes; whatever answers with more is not Webex. */
const maxAnswerBytes = 32 * 1024 * 1024;

/** What of the token endpoint's form is secret. */
const secretFields = ['client_secret', 'refresh_token', 'code', 'code_verifier'];

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
 * @param clock read before a token request is sent: lifetimes count from there
 * @param options customers' proxies at local addresses are refused unless allowed; trust in one more certificate authority
 * @see https://developer.webex.com/docs/basics
 */
export function webexApi(
  apiUrl: string,
  integration: () => Promise<Integration>,
  clock: Pick<Clock, 'now'>,
  options: { allowLocalProxies?: boolean; certificateAuthority?: string } = {},
): Webex {
  const base = `${apiUrl.replace(/\/+$/, '')}/`;
  const { allowLocalProxies = false, certificateAuthority } = options;
  const agents = proxyAgents({ https: base.startsWith('https:'), allowLocal: allowLocalProxies, connectMs: timeoutMs });
  let goodSecret: string | undefined;

  async function send(url: string, request: Request): Promise<Answer> {
    const { default: got } = await import('got');
    const agent = await agents.agentsFor(request.proxies);
    const tooMuch = new AbortController();
    // Webex repeats this id in its answer and its own logs, so that its support finds even a call that got no answer.
    const trackingId = `WCA_${crypto.randomUUID()}`;
    try {
      const answering = got(url, {
        method: request.method ?? 'GET',
        ...(request.form && { form: request.form }),
        headers: {
          accept: 'application/json',
          'user-agent': 'webex-customer-access',
          trackingid: trackingId,
          ...(request.accessToken && { authorization: `Bearer ${request.accessToken.reveal()}` }),
        },
        agent,
        ...(certificateAuthority && { https: { certificateAuthority } }),
        timeout: { request: timeoutMs },
        // Retries are the flows' decisions; a redirect would carry the token to where it points.
        retry: { limit: 0 },
        followRedirect: false,
        throwHttpErrors: false,
        signal: AbortSignal.any([tooMuch.signal, ...(request.signal ? [request.signal] : [])]),
      });
      answering.on('downloadProgress', ({ transferred }) => {
        if (transferred > maxAnswerBytes) tooMuch.abort();
      });
      const response = await answering;
      return {
        status: response.statusCode,
        sentTrackingId: trackingId,
        body: parsed(response.ok ? response.body : withoutSecrets(response.body, request)),
        header: (name) => [response.headers[name]].flat()[0],
      };
    } catch (error) {
      // got's error holds the form and the Authorization header: only its code leaves.
      const proxyFailure = toProxyFailure(error as object);
      if (proxyFailure) throw proxyFailure;
      const code = (error as { code?: unknown }).code;
      const cause = typeof code === 'string' ? code : 'no code';
      throw new Failure('webex_unavailable', 'Webex could not be reached.', { cause, trackingId });
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

  /**
   * Only the API's own `people` is followed: a next link elsewhere would carry the access token there. Links have been
   * seen with `max=null` and without the other parameters: ours are put back.
   */
  function nextPage(cursor: string, asked: Record<string, string>): string {
    const url = URL.canParse(cursor, base) ? new URL(cursor, base) : undefined;
    const people = new URL('people', base);
    if (url?.origin !== people.origin || url.pathname !== people.pathname) {
      throw new Failure('webex_unexpected', 'Webex named a next page that is not its own.', { cause: 'foreign link' });
    }
    for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
    return url.href;
  }

  async function onePerson(name: string, access: WebexAccess): Promise<Person> {
    const answer = await call(address(`people/${name}`), access);
    const person = toPerson((answer.body ?? {}) as Record<string, unknown>);
    if (!person) throw unreadable(answer);
    return person;
  }

  /** The time limit is one for all client secrets together: a lease must outlast it. */
  async function token(form: Record<string, string>, proxies?: Proxies) {
    const signal = AbortSignal.timeout(exchangeMs);
    const request: Request = { method: 'POST', signal, ...(proxies && { proxies }) };
    const { clientId, clientSecrets } = await integration();
    const inTurn = clientSecrets.toSorted(
      (a, b) => Number(b.reveal() === goodSecret) - Number(a.reveal() === goodSecret),
    );
    let refused: Failure | undefined;
    for (const secret of inTurn) {
      const client = { client_id: clientId, client_secret: secret.reveal() };
      const requestedAt = clock.now();
      const answer = await send(address('access_token'), { ...request, form: { ...form, ...client } });
      if (answer.status >= 200 && answer.status <= 299) {
        goodSecret = secret.reveal();
        return toTokenPair(answer, requestedAt);
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
      token({
        grant_type: 'authorization_code',
        code: code.reveal(),
        redirect_uri: redirectUri,
        code_verifier: verifier.reveal(),
      }),

    refresh: ({ refreshToken, proxies }) =>
      token({ grant_type: 'refresh_token', refresh_token: refreshToken.reveal() }, proxies),

    me: (access) => onePerson('me', access),
    person: (access, id) => onePerson(webexId('PEOPLE', id), access),

    organization: async (access, orgId) =>
      toOrganization(await call(address(`organizations/${webexId('ORGANIZATION', orgId)}`), access)),

    async revoke(access, orgId) {
      const query = { clientId: (await integration()).clientId, orgId: webexId('ORGANIZATION', orgId) };
      await call(address('authorizations', query), access, 'DELETE');
    },

    async people(access, { orgId, max, cursor }) {
      const asked = { orgId: webexId('ORGANIZATION', orgId), max: String(max), excludeStatus: 'true' };
      const answer = await call(cursor ? nextPage(cursor, asked) : address('people', asked), access);
      const next = await nextLink(answer.header('link'));
      const people = items(answer).flatMap((item) => toPerson(item) ?? []);
      return { people, ...(next && { next }) };
    },

    async peopleById(access, ids) {
      const query = { id: ids.map((id) => webexId('PEOPLE', id)).join(','), max: String(ids.length) };
      const answer = await call(address('people', query), access);
      return { people: items(answer).flatMap((item) => toPerson(item) ?? []), notFoundIds: toNotFoundIds(answer) };
    },

    async scimTotal(access, orgId) {
      const url = new URL(`/identity/scim/${encodeURIComponent(orgId)}/v2/Users?startIndex=1&count=1`, base);
      return toTotal(await call(url.href, access));
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

/** What an answer other than 2xx says may be logged, and some gateways quote what they were sent. */
function withoutSecrets(body: string, { form = {}, accessToken }: Request): string {
  const secrets = secretFields.flatMap((field) => form[field] ?? []).concat(accessToken?.reveal() ?? []);
  // Shorter ones are no secrets of Webex's but somebody's typing, and would tear Webex's own words apart.
  return secrets
    .filter(({ length }) => length >= 8)
    .reduce((text, secret) => text.replaceAll(secret, '[redacted]'), body);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
