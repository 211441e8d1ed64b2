import { expect, it } from 'vitest';
import { acme, globex, webexForTest } from '../fixture.ts';

it('answers with a status once and does not act', async () => {
  const { control, refresh } = await webexForTest();
  const { refresh_token } = control.grant({ orgId: acme });
  control.faults({ match: { path: 'access_token' }, fault: { status: 429, retryAfter: 'soon' } });
  const refused = await refresh(refresh_token);
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe('soon');
  expect(refused.body.trackingId).toBe(refused.headers.get('trackingid'));
  expect(control.stats().grants[acme]).toMatchObject({ exchanges: 1, completed: 0 });
  expect((await refresh(refresh_token)).status).toBe(200);
});

it('sends an object as JSON and a text unchanged', async () => {
  const { control, get } = await webexForTest();
  control.faults({ fault: { status: 401, body: { error: 'invalid_grant' } } });
  control.faults({ fault: { status: 200, body: '{"items":' } });
  expect((await get('/v1/people')).body).toEqual({ error: 'invalid_grant' });
  expect((await get('/v1/people')).body).toBe('{"items":');
});

it('falls on requests that meet every condition: path, method, grant, organization, count', async () => {
  const { control, get, refresh, consent, exchange } = await webexForTest();
  const fault = { status: 503 };
  const ofAcme = control.grant({ orgId: acme });
  const ofGlobex = control.grant({ orgId: globex });
  control.faults({ match: { path: '^/v1/people$', method: 'get', orgId: globex, nth: 2 }, times: 2, fault });
  const statuses: number[] = [];
  for (const token of [ofAcme, ofGlobex, ofAcme, ofGlobex, ofGlobex, ofGlobex]) {
    statuses.push((await get('/v1/people?max=1', token.access_token)).status);
  }
  expect(statuses).toEqual([200, 200, 200, 503, 503, 200]);

  control.faults({ match: { grant: 'authorization_code', orgId: acme }, fault });
  control.faults({ match: { grant: 'refresh_token', orgId: globex }, times: 'always', fault });
  expect((await exchange((await consent()).get('code'))).status).toBe(503);
  expect((await refresh(ofAcme.refresh_token)).status).toBe(200);
  expect((await refresh(ofGlobex.refresh_token)).status).toBe(503);
  expect((await refresh(ofGlobex.refresh_token)).status).toBe(503);
});

it('ends one fault, or all of them', async () => {
  const { control, get } = await webexForTest();
  const { id } = control.faults({ times: 'always', fault: { status: 500 } });
  control.faults({ times: 'always', fault: { status: 502 } });
  expect((await get('/v1/roles')).status).toBe(500);
  control.clearFaults(id);
  expect((await get('/v1/roles')).status).toBe(502);
  control.clearFaults();
  expect((await get('/v1/roles')).status).toBe(200);
});

it('drops the connection before or after acting', async () => {
  const { control, refresh } = await webexForTest({ rotation: 'rotate' });
  const { refresh_token = '' } = control.grant({ orgId: acme });
  control.faults({ fault: { drop: 'before' } });
  await expect(refresh(refresh_token)).rejects.toThrow();
  expect(control.isAlive(refresh_token)).toBe(true);
  control.faults({ fault: { drop: 'after' } });
  await expect(refresh(refresh_token)).rejects.toThrow();
  // Webex has acted. Under rotation the client has lost its refresh token and did not get the new one.
  expect(control.isAlive(refresh_token)).toBe(false);
  expect(control.tokens(acme).refreshTokens).toHaveLength(2);
  expect(control.stats().grants[acme]).toEqual({ exchanges: 2, completed: 1, maxOverlap: 1 });
});

it('answers late, with or without acting', async () => {
  const { control, refresh } = await webexForTest();
  const { refresh_token } = control.grant({ orgId: acme });
  control.faults({ fault: { hangMs: 300, act: true } });
  control.faults({ fault: { hangMs: 300, act: false } });
  control.faults({ fault: { delayMs: 300 } });
  for (const status of [200, 504, 200]) {
    const request = refresh(refresh_token);
    await expect.poll(() => control.stats().inFlight).toBe(1);
    expect((await request).status).toBe(status);
  }
  expect(control.stats().grants[acme]).toMatchObject({ exchanges: 3, completed: 2 });
});

it('acts for a client that has given up, and no longer counts it as waiting', async () => {
  const { control, refresh, url } = await webexForTest();
  const { refresh_token = '' } = control.grant({ orgId: acme });
  control.faults({ fault: { hangMs: 5000, act: true } });
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: 'local-client',
    client_secret: 'local-secret',
    refresh_token,
  });
  const request = fetch(`${url}/v1/access_token`, { method: 'POST', body, signal: AbortSignal.timeout(100) });
  await expect(request).rejects.toThrow('timeout');
  expect((await refresh(refresh_token)).status).toBe(200);
  expect(control.stats().grants[acme]).toEqual({ exchanges: 2, completed: 2, maxOverlap: 1 });
});

it('closes at once while a request hangs', async () => {
  // The end of a test closes the stand-in.
  const { control, get } = await webexForTest();
  control.faults({ fault: { hangMs: 60_000, act: true } });
  void get('/v1/people').catch(() => undefined);
  await expect.poll(() => control.stats().inFlight).toBe(1);
});

it('answers a refresh with the tokens as they were', async () => {
  const { control, refresh } = await webexForTest();
  const { access_token, refresh_token } = control.grant({ orgId: acme });
  control.faults({ fault: { unchanged: true } });
  expect((await refresh(refresh_token)).body.access_token).toBe(access_token);
  expect((await refresh(refresh_token)).body.access_token).not.toBe(access_token);
});
