import { describe, expect, it } from 'vitest';
import { sampleClient } from '../../../../local/webex/sample.ts';
import { day } from '../../../../shared/domain/time.ts';
import { acme, type Fields, globex, reply, webexForTest } from '../fixture.ts';

it('exchanges a code for tokens with the usual lifetimes of Webex', async () => {
  const { consent, exchange, get } = await webexForTest({ now: () => 1_000_000 });
  const { status, headers, body } = await exchange((await consent()).get('code'));
  expect(status).toBe(200);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(body).toEqual({
    access_token: expect.any(String),
    expires_in: 1_209_599,
    refresh_token: expect.any(String),
    refresh_token_expires_in: 7_775_999,
    token_type: 'Bearer',
    scope: sampleClient.scopes.join(' '),
  });
  expect((await get('/v1/people/me', body.access_token)).body.emails).toEqual(['admin@acme.example']);
});

it('accepts a code once, before it expires, with the redirect URI and verifier of its request', async () => {
  const { consent, exchange, control } = await webexForTest();
  const code = (await consent()).get('code');
  expect((await exchange(code)).status).toBe(200);
  expect(await exchange(code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });

  const changes: Fields[] = [{ redirect_uri: 'http://localhost:9/other' }, { code_verifier: 'wrong' }];
  for (const change of changes) {
    const refused = await exchange((await consent()).get('code'), change);
    expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  }
  const late = (await consent()).get('code');
  control.clock({ advanceMs: 600_001 });
  expect((await exchange(late)).body.error).toBe('invalid_grant');
});

it('renews both lifetimes at a refresh, keeps the refresh token, and leaves earlier access tokens valid', async () => {
  const { control, refresh, get } = await webexForTest();
  const first = control.grant({ orgId: acme });
  control.clock({ advanceMs: 10 * day });
  const second = await refresh(first.refresh_token);
  expect(second.body.refresh_token).toBe(first.refresh_token);
  expect(second.body.access_token).not.toBe(first.access_token);
  expect(second.body.expires_in).toBe(1_209_599);
  expect((await get('/v1/people/me', first.access_token)).status).toBe(200);

  // The first access token has expired, and so would the refresh token if the refresh had not renewed it.
  control.clock({ advanceMs: 5 * day });
  expect((await get('/v1/people/me', first.access_token)).status).toBe(401);
  control.clock({ advanceMs: 80 * day });
  expect((await refresh(first.refresh_token)).status).toBe(200);
  control.clock({ advanceMs: 90 * day + 1 });
  expect(await refresh(first.refresh_token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
});

it('does not renew the refresh token when the access token is used', async () => {
  const { control, refresh, get } = await webexForTest({ lifetimes: { accessMs: 200 * day, refreshMs: 90 * day } });
  const { access_token, refresh_token } = control.grant({ orgId: acme });
  control.clock({ advanceMs: 60 * day });
  expect((await get('/v1/people/me', access_token)).status).toBe(200);
  control.clock({ advanceMs: 31 * day });
  expect((await refresh(refresh_token)).body.error).toBe('invalid_grant');
});

it('replaces the refresh token at each refresh if the setting says so', async () => {
  const { control, refresh } = await webexForTest({ rotation: 'rotate' });
  const first = control.grant({ orgId: acme });
  const second = await refresh(first.refresh_token);
  expect(second.body.refresh_token).not.toBe(first.refresh_token);
  expect(control.isAlive(first.refresh_token!)).toBe(false);
  expect(control.isAlive(second.body.refresh_token!)).toBe(true);
  expect((await refresh(first.refresh_token)).body.error).toBe('invalid_grant');
  expect((await refresh(second.body.refresh_token)).status).toBe(200);
});

it('answers an early refresh with the same token and the same expiry if the setting says so', async () => {
  const { control, refresh } = await webexForTest({ renewEveryMs: day, now: () => 0 });
  const first = control.grant({ orgId: acme });
  control.clock({ advanceMs: day / 2 });
  const early = await refresh(first.refresh_token);
  expect(early).toMatchObject({ status: 200, body: { access_token: first.access_token } });
  expect(early.body.expires_in).toBe(first.expires_in - 43_200);
  control.clock({ advanceMs: day / 2 });
  expect((await refresh(first.refresh_token)).body.access_token).not.toBe(first.access_token);
});

it('refuses an unknown client, a wrong secret, and a refresh token of another client', async () => {
  const other = { ...sampleClient, clientId: 'other-client' };
  const { control, tokenCall } = await webexForTest({ clients: [sampleClient, other] });
  const { refresh_token = '' } = control.grant({ orgId: acme });
  const fields = { grant_type: 'refresh_token', refresh_token };
  const changes: Fields[] = [{ client_secret: 'wrong' }, { client_id: 'nobody' }];
  for (const change of changes) {
    expect(await tokenCall({ ...fields, ...change })).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  }
  const ofAnotherClient = await tokenCall({ ...fields, client_id: 'other-client' });
  expect(ofAnotherClient).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  control.settings({ clientSecrets: ['new-secret'] });
  expect((await tokenCall(fields)).status).toBe(401);
  expect((await tokenCall({ ...fields, client_secret: 'new-secret' })).status).toBe(200);
});

it('refuses a missing parameter and an unknown grant type with different errors', async () => {
  const { tokenCall, post } = await webexForTest();
  expect((await tokenCall({ grant_type: 'refresh_token' })).body.error).toBe('invalid_request');
  expect((await tokenCall({ grant_type: 'password' })).body.error).toBe('unsupported_grant_type');
  expect((await tokenCall({})).body.error).toBe('invalid_request');
  expect((await post('/v1/access_token', { grant_type: 'refresh_token' })).body.error).toBe('invalid_request');
});

it('refuses in one of two error bodies, with a tracking id in the header either way', async () => {
  const { control, refresh } = await webexForTest();
  const oauth = await refresh('gone');
  expect(oauth.body).toEqual({ error: 'invalid_grant', error_description: expect.stringContaining('revoked') });
  expect(oauth.headers.get('trackingid')).toMatch(/^ROUTER_/);
  control.settings({ errorBody: 'webex' });
  const webex = await refresh('gone');
  const description = 'The refresh token provided is expired, revoked, malformed, or invalid.';
  const trackingId = webex.headers.get('trackingid');
  const message = 'The request was invalid or cannot be otherwise served.';
  expect(webex.body).toEqual({ message, errors: [{ description }], trackingId });
  control.settings({ errorText: 'specific' });
  expect((await refresh('gone')).body).toEqual({ message: description, trackingId: expect.any(String) });
  control.settings({ errorText: 'general' });
  expect((await refresh('gone')).body).toEqual({ message, trackingId: expect.any(String) });
});

it('omits the scope and the refresh token, or sends an empty refresh token, as older answers do', async () => {
  const { control, refresh } = await webexForTest();
  const { refresh_token } = control.grant({ orgId: acme });
  control.settings({ omitScope: true, omitRefreshToken: true });
  const { body } = await refresh(refresh_token);
  expect(body).not.toHaveProperty('scope');
  expect(body).not.toHaveProperty('refresh_token');
  control.settings({ omitRefreshToken: 'empty' });
  expect((await refresh(refresh_token)).body.refresh_token).toBe('');
});

it('counts exchanges, and how many of one grant overlap', async () => {
  const { control, refresh } = await webexForTest({ latencyMs: 50 });
  const ofAcme = control.grant({ orgId: acme }).refresh_token;
  const ofGlobex = control.grant({ orgId: globex }).refresh_token;
  await Promise.all([refresh(ofAcme), refresh(ofAcme), refresh(ofGlobex)]);
  await refresh(ofGlobex);
  await refresh('rubbish');
  const { grants, requests, maxInFlight, inFlight } = control.stats();
  expect(grants[acme]).toEqual({ exchanges: 2, completed: 2, maxOverlap: 2 });
  expect(grants[globex]).toEqual({ exchanges: 2, completed: 2, maxOverlap: 1 });
  expect(requests['POST /v1/access_token']).toBe(5);
  expect({ maxInFlight, inFlight }).toEqual({ maxInFlight: 3, inFlight: 0 });
  control.resetStats();
  expect(control.stats()).toEqual({ requests: {}, inFlight: 0, maxInFlight: 0, grants: {} });
});

describe('HTTP Basic', () => {
  const refreshBody = (refreshToken: string, more: Fields = {}) =>
    new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken, ...more });
  const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

  async function basicForTest(clientSecrets = ['local-secret']) {
    const { control, url } = await webexForTest({ clients: [{ ...sampleClient, clientSecrets }] });
    const refreshToken = control.grant({ orgId: acme }).refresh_token!;
    return async (authorization: string, more: Fields = {}) =>
      reply(
        await fetch(`${url}/v1/access_token`, {
          method: 'POST',
          body: refreshBody(refreshToken, more),
          headers: { authorization },
        }),
      );
  }

  it('authenticates the client in place of the body', async () => {
    const refresh = await basicForTest();
    expect((await refresh(basic('local-client', 'local-secret'))).status).toBe(200);
    expect((await refresh(basic('local-client', 'local-secret'), { client_id: 'local-client' })).status).toBe(200);
  });

  it('carries form-encoded credentials', async () => {
    const refresh = await basicForTest(['a:b +%ü']);
    expect((await refresh(basic('local-client', 'a%3Ab+%2B%25%C3%BC'))).status).toBe(200);
    expect((await refresh(basic('local-client', 'a:b +%ü'))).status).toBe(401);
  });

  it.each([
    basic('local-client', 'wrong'),
    basic('unknown', 'local-secret'),
    basic('local-client', '%'),
    'Basic bm8gY29sb24=',
    'Basic ',
    'Basic ===',
  ])('is refused with 401 and a challenge: %s', async (authorization) => {
    const refused = await (await basicForTest())(authorization);
    expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(refused.headers.get('www-authenticate')).toMatch(/^Basic /);
  });

  it('excludes a secret in the body', async () => {
    const refresh = await basicForTest();
    const refused = await refresh(basic('local-client', 'local-secret'), { client_secret: 'local-secret' });
    expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });
});

it.each([
  ['plain', /^[A-Za-z0-9]{64}$/],
  ['marked', new RegExp(`^[A-Za-z0-9]{64}_P0A1_${acme}$`)],
] as const)('makes tokens and codes of the form: %s', async (tokenForm, form) => {
  const { control, consent } = await webexForTest();
  control.settings({ tokenForm });
  const { access_token, refresh_token } = control.grant({ orgId: acme });
  for (const value of [access_token, refresh_token, (await consent()).get('code')]) expect(value).toMatch(form);
});
