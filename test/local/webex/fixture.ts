/** A stand-in for one test, and the requests that its tests send. */

import { createHash } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { authorize, type Visitor } from '../../../local/webex/authorize.ts';
import type { TokenResponse } from '../../../local/webex/oauth/token-response.ts';
import { sampleClient, sampleOrganizations } from '../../../local/webex/sample.ts';
import { startWebex, type WebexOptions } from '../../../local/webex/server.ts';

export const redirectUri = 'http://localhost:9/callback';
export const acme = sampleOrganizations[0]!.id;
export const globex = sampleOrganizations[1]!.id;
export const administrator = { email: 'admin@acme.example', password: 'webex-local' };

/** A PKCE verifier and its challenge. */
const verifier = 'a-verifier-of-at-least-forty-three-characters-0';
const challenge = createHash('sha256').update(verifier).digest('base64url');

export type Fields = Record<string, string>;

/** The fields of Webex's bodies that tests look at. */
interface Body extends TokenResponse {
  items: { id: string; [field: string]: unknown }[];
  notFoundIds: string[] | null;
  error: string;
  message: string;
  trackingId: string;
  [field: string]: unknown;
}

export interface Reply {
  status: number;
  headers: Headers;
  body: Body;
  /** The target of the next link. */
  next: string | undefined;
}

export async function reply(response: Response): Promise<Reply> {
  const text = await response.text();
  const json = response.headers.get('content-type')?.startsWith('application/json');
  return {
    status: response.status,
    headers: response.headers,
    body: json ? JSON.parse(text) : text,
    next: /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1],
  };
}

export async function webexForTest(options: WebexOptions = {}) {
  const webex = await startWebex({ clients: [{ ...sampleClient, redirectUris: [redirectUri] }], ...options });
  onTestFinished(() => webex.close());
  const { url, control } = webex;
  const token = control.grant({ orgId: acme }).access_token;
  const api = apiCalls(url, token);
  return {
    url,
    control,
    /** Of Acme's administrator. */
    token,
    ...api,
    ...oauthCalls(url, api.post),
  };
}

function apiCalls(url: string, token: string) {
  const get = async (path: string, accessToken = token, init: RequestInit = {}): Promise<Reply> =>
    reply(
      await fetch(new URL(path, url), {
        ...init,
        headers: { authorization: `Bearer ${accessToken}`, ...init.headers },
      }),
    );
  return {
    get,
    post: async (path: string, body: unknown): Promise<Reply> =>
      reply(
        await fetch(new URL(path, url), {
          method: 'POST',
          ...(body instanceof URLSearchParams
            ? { body }
            : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
        }),
      ),
    /** Every page from a path on, with next links followed as they are. */
    async scan(path: string): Promise<Reply[]> {
      const pages: Reply[] = [];
      for (let next: string | undefined = path; next !== undefined; next = pages.at(-1)!.next) {
        pages.push(await get(next));
      }
      return pages;
    },
  };
}

function oauthCalls(url: string, post: (path: string, body: unknown) => Promise<Reply>) {
  const tokenCall = (fields: Fields) =>
    post(
      '/v1/access_token',
      new URLSearchParams({ client_id: 'local-client', client_secret: 'local-secret', ...fields }),
    );
  const authorizeUrl = (change: Fields = {}) =>
    `${url}/v1/authorize?${new URLSearchParams({
      client_id: 'local-client',
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: sampleClient.scopes.join(' '),
      state: 'the state',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...change,
    })}`;
  return {
    tokenCall,
    authorizeUrl,
    refresh: (refreshToken: string | undefined) =>
      tokenCall({ grant_type: 'refresh_token', refresh_token: refreshToken ?? '' }),
    /** The parameters that the redirect carries back to the integration. */
    consent: async (visitor: Visitor = administrator, change: Fields = {}) =>
      new URL(await authorize(authorizeUrl(change), visitor)).searchParams,
    exchange: (code: string | null, change: Fields = {}) =>
      tokenCall({
        grant_type: 'authorization_code',
        code: code ?? '',
        redirect_uri: redirectUri,
        code_verifier: verifier,
        ...change,
      }),
  };
}
