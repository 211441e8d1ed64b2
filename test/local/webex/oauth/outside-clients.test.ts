/** Two OAuth clients of other authors work with the stand-in without any adjustment. */

import { OAuth2Client, OAuth2HttpError } from '@badgateway/oauth2-client';
import * as oauth from 'oauth4webapi';
import { describe, expect, it } from 'vitest';
import { authorize } from '../../../../local/webex/authorize.ts';
import { sampleClient } from '../../../../local/webex/sample.ts';
import { acme, administrator, redirectUri, webexForTest } from '../fixture.ts';

/** Legal in a secret, and different in each way of encoding it. */
const clientSecret = 'a:b+c %/ü';
const { clientId, scopes } = sampleClient;
const verifier = 'a-verifier-of-at-least-forty-three-characters-0';
const state = 'the state';

interface Tokens {
  accessToken: string;
  refreshToken: string;
}

/** One way in which a client can present its secret. */
type Method = 'client_secret_basic' | 'client_secret_post';

interface OutsideClient {
  /** Goes through the pages as the administrator and exchanges the code. */
  connect(): Promise<Tokens>;
  refresh(refreshToken: string): Promise<Tokens>;
}

/** Rejects with the error code and the status of a refusal. */
function badgateway(url: string, method: Method, secret: string): OutsideClient {
  const client = new OAuth2Client({
    server: url,
    clientId,
    clientSecret: secret,
    authorizationEndpoint: '/v1/authorize',
    tokenEndpoint: '/v1/access_token',
    authenticationMethod: method,
  });
  const refused = (error: unknown) => {
    if (!(error instanceof OAuth2HttpError)) throw error;
    throw new Error(`${error.oauth2Code} ${error.httpCode}`);
  };
  const toTokens = (token: { accessToken: string; refreshToken: string | null }) => ({
    accessToken: token.accessToken,
    refreshToken: token.refreshToken ?? '',
  });
  return {
    async connect() {
      const { authorizationCode } = client;
      const page = await authorizationCode.getAuthorizeUri({
        redirectUri,
        state,
        codeVerifier: verifier,
        scope: scopes,
      });
      const callback = await authorize(page, administrator);
      const codeVerifier = verifier;
      return authorizationCode
        .getTokenFromCodeRedirect(callback, { redirectUri, state, codeVerifier })
        .then(toTokens, refused);
    },
    refresh: (refreshToken) =>
      client.refreshToken({ accessToken: '', expiresAt: null, refreshToken }).then(toTokens, refused),
  };
}

/** Rejects with the error code and the status of a refusal. */
function oauth4webapi(url: string, method: Method, secret: string): OutsideClient {
  const server = {
    issuer: url,
    authorization_endpoint: `${url}/v1/authorize`,
    token_endpoint: `${url}/v1/access_token`,
  };
  const client = { client_id: clientId };
  const authentication =
    method === 'client_secret_basic' ? oauth.ClientSecretBasic(secret) : oauth.ClientSecretPost(secret);
  const options = { [oauth.allowInsecureRequests]: true };
  const refused = (error: unknown) => {
    // A challenge in the answer counts before its body.
    if (error instanceof oauth.WWWAuthenticateChallengeError) throw new Error(`invalid_client ${error.status}`);
    if (error instanceof oauth.ResponseBodyError) throw new Error(`${error.error} ${error.status}`);
    throw error;
  };
  const toTokens = ({ access_token, refresh_token = '' }: oauth.TokenEndpointResponse) => ({
    accessToken: access_token,
    refreshToken: refresh_token,
  });
  return {
    async connect() {
      const page = new URL(server.authorization_endpoint);
      page.search = new URLSearchParams({
        client_id: clientId,
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: scopes.join(' '),
        state,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }).toString();
      const callback = new URL(await authorize(page.href, administrator));
      const parameters = oauth.validateAuthResponse(server, client, callback, state);
      return oauth
        .authorizationCodeGrantRequest(server, client, authentication, parameters, redirectUri, verifier, options)
        .then((response) => oauth.processAuthorizationCodeResponse(server, client, response))
        .then(toTokens, refused);
    },
    refresh: (refreshToken) =>
      oauth
        .refreshTokenGrantRequest(server, client, authentication, refreshToken, options)
        .then((response) => oauth.processRefreshTokenResponse(server, client, response))
        .then(toTokens, refused),
  };
}

const outside = { '@badgateway/oauth2-client': badgateway, oauth4webapi };
const methods: Method[] = ['client_secret_basic', 'client_secret_post'];
const rotations = ['keep', 'rotate'] as const;

describe.each(Object.entries(outside))('%s', (_name, newClient) => {
  const start = (rotation: 'keep' | 'rotate' = 'keep') =>
    webexForTest({
      rotation,
      clients: [{ ...sampleClient, clientSecrets: [clientSecret], redirectUris: [redirectUri] }],
    });

  it.each(methods.flatMap((method) => rotations.map((rotation) => [method, rotation] as const)))(
    'connects and refreshes with %s while refresh tokens %s',
    async (method, rotation) => {
      const { url, get } = await start(rotation);
      const client = newClient(url, method, clientSecret);
      const first = await client.connect();
      expect((await get('/v1/people/me', first.accessToken)).body.emails).toEqual([administrator.email]);
      const second = await client.refresh(first.refreshToken);
      expect(second.accessToken).not.toBe(first.accessToken);
      expect(second.refreshToken === first.refreshToken).toBe(rotation === 'keep');
      expect((await client.refresh(second.refreshToken)).accessToken).not.toBe(second.accessToken);
    },
  );

  it.each(methods)('understands the refusal of a wrong secret with %s', async (method) => {
    const { url, control } = await start();
    const { refresh_token = '' } = control.grant({ orgId: acme });
    const client = newClient(url, method, 'wrong');
    await expect(client.connect()).rejects.toThrow('invalid_client 401');
    await expect(client.refresh(refresh_token)).rejects.toThrow('invalid_client 401');
    expect(control.isAlive(refresh_token)).toBe(true);
  });

  it('understands the refusal of a dead refresh token', async () => {
    const { url } = await start();
    const client = newClient(url, 'client_secret_post', clientSecret);
    await expect(client.refresh('dead')).rejects.toThrow('invalid_grant 400');
  });
});
