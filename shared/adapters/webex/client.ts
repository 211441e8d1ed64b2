/** The port `Webex` over HTTP: builds each call's address and converts its response. */

import type { Person } from '../../domain/person.ts';
import { webexId } from '../../domain/webex-id.ts';
import type { Clock, Integration, Webex, WebexAccess } from '../../ports.ts';
import { fieldsOf } from './fields.ts';
import { type HttpOptions, type WebexRequest, webexHttp } from './http.ts';
import { nextCursor, pageUrl } from './next-page.ts';
import { toFailure } from './refusals.ts';
import {
  toItems,
  toLicense,
  toNotFoundIds,
  toOrganization,
  toPerson,
  toRole,
  toTotal,
  unreadable,
  type WebexResponse,
} from './responses.ts';
import { type RequestTokens, tokenEndpoint } from './token-endpoint.ts';

/** Sends an authorized call of the API. @throws Failure for any response other than 2xx */
type Call = (url: string, access: WebexAccess, method?: WebexRequest['method']) => Promise<WebexResponse>;

type Authorization = Pick<Webex, 'authorizeUrl' | 'exchangeCode' | 'refresh' | 'revoke'>;

/**
 * @param apiUrl Webex's API base, e.g. `https://webexapis.com/v1` (Gov: `https://api-usgov.webex.com/v1`)
 * @param integration our credentials; a refused client secret is followed by the next in the list
 * @see https://developer.webex.com/docs/basics
 */
export function webexApi(
  apiUrl: string,
  integration: () => Promise<Integration>,
  clock: Pick<Clock, 'now'>,
  options: HttpOptions = {},
): Webex {
  const base = `${apiUrl.replace(/\/+$/, '')}/`;
  const send = webexHttp(base.startsWith('https:'), options);
  const call: Call = async (url, access, method = 'GET') => {
    const response = await send(url, { method, ...access });
    if (response.status < 200 || response.status > 299) throw toFailure(response, clock.now());
    return response;
  };
  const requestTokens = tokenEndpoint(`${base}access_token`, integration, clock, send);
  return {
    ...authorization(base, integration, requestTokens, call),
    ...people(base, call),
    ...organization(base, call),
  };
}

function authorization(
  base: string,
  integration: () => Promise<Integration>,
  requestTokens: RequestTokens,
  call: Call,
): Authorization {
  return {
    async authorizeUrl({ redirectUri, scopes, state, challenge }) {
      return address(`${base}authorize`, {
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
      requestTokens({
        grant_type: 'authorization_code',
        code: code.reveal(),
        redirect_uri: redirectUri,
        code_verifier: verifier.reveal(),
      }),

    refresh: ({ refreshToken, proxies }) =>
      requestTokens({ grant_type: 'refresh_token', refresh_token: refreshToken.reveal() }, proxies),

    async revoke(access, orgId) {
      const query = { clientId: (await integration()).clientId, orgId: webexId('ORGANIZATION', orgId) };
      await call(address(`${base}authorizations`, query), access, 'DELETE');
    },
  };
}

function people(base: string, call: Call): Pick<Webex, 'me' | 'person' | 'people' | 'peopleById'> {
  async function getPerson(name: string, access: WebexAccess): Promise<Person> {
    const response = await call(`${base}people/${name}`, access);
    const person = toPerson(fieldsOf(response.body));
    if (!person) throw unreadable(response);
    return person;
  }

  return {
    me: (access) => getPerson('me', access),
    person: (access, id) => getPerson(webexId('PEOPLE', id), access),

    async people(access, { orgId, max, cursor }) {
      const query = { orgId: webexId('ORGANIZATION', orgId), max: String(max), excludeStatus: 'true' };
      const response = await call(pageUrl(`${base}people`, query, cursor), access);
      const next = nextCursor(response.header('link'));
      const people = toItems(response).flatMap((item) => toPerson(item) ?? []);
      return { people, ...(next && { next }) };
    },

    async peopleById(access, ids) {
      const query = { id: ids.map((id) => webexId('PEOPLE', id)).join(','), max: String(ids.length) };
      const response = await call(address(`${base}people`, query), access);
      const people = toItems(response).flatMap((item) => toPerson(item) ?? []);
      return { people, notFoundIds: toNotFoundIds(response) };
    },
  };
}

function organization(base: string, call: Call): Pick<Webex, 'organization' | 'scimTotal' | 'licenses' | 'roles'> {
  return {
    organization: async (access, orgId) =>
      toOrganization(await call(`${base}organizations/${webexId('ORGANIZATION', orgId)}`, access)),

    async scimTotal(access, orgId) {
      const url = new URL(`/identity/scim/${encodeURIComponent(orgId)}/v2/Users?startIndex=1&count=1`, base);
      return toTotal(await call(url.href, access));
    },

    async licenses(access, orgId) {
      const response = await call(address(`${base}licenses`, { orgId: webexId('ORGANIZATION', orgId) }), access);
      return toItems(response).flatMap((item) => toLicense(item) ?? []);
    },

    roles: async (access) => toItems(await call(`${base}roles`, access)).flatMap((item) => toRole(item) ?? []),
  };
}

function address(url: string, query: Record<string, string>): string {
  return `${url}?${new URLSearchParams(query)}`;
}
