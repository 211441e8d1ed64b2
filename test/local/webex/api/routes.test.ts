import { describe, expect, it } from 'vitest';
import { webexId } from '../../../../local/webex/ids.ts';
import { acme, globex, webexForTest } from '../fixture.ts';

const admin = 'admin@acme.example';

it('shows the caller, and one person by id', async () => {
  const { get } = await webexForTest();
  const me = (await get('/v1/people/me')).body;
  expect(me).toMatchObject({ orgId: webexId('ORGANIZATION', acme), roles: [webexId('ROLE', 'id_full_admin')] });
  expect((await get(`/v1/people/${me.id}`)).body.emails).toEqual([admin]);
  expect((await get(`/v1/people/${webexId('PEOPLE', globex)}`)).status).toBe(404);
  expect((await get('/v1/people/rubbish')).status).toBe(400);
});

it('accepts a bare uuid for a person and a trailing slash on every path', async () => {
  const { get, control, tokenCall, url } = await webexForTest();
  const [someone] = control.peopleList(acme);
  const paths = [
    `/v1/people/${someone!.id}`,
    `/v1/people/${someone!.id.toUpperCase()}/`,
    '/v1/people/?max=1',
    `/v1/people/?id=${someone!.id}`,
    '/v1/people/me/',
    '/v1/licenses/',
    `/v1/organizations/${acme}/`,
    `/identity/scim/${acme}/v2/Users/?count=1`,
  ];
  for (const path of paths) expect((await get(path)).status, path).toBe(200);
  expect((await get(`/v1/people/${globex}`)).status).toBe(404);
  expect((await fetch(`${url}/v1/access_token/`, { method: 'POST' })).status).toBe(400);
  expect((await tokenCall({ grant_type: 'refresh_token', refresh_token: 'x' })).status).toBe(400);
});

it('follows the next link of a path with a trailing slash', async () => {
  const { scan } = await webexForTest();
  expect((await scan('/v1/people/?max=100')).map(({ body }) => body.items.length)).toEqual([100, 100, 50]);
});

it('serves an administrator only the own organization', async () => {
  const { get } = await webexForTest();
  for (const id of [acme, webexId('ORGANIZATION', acme), `${webexId('ORGANIZATION', acme)}==`]) {
    expect((await get(`/v1/people?max=1&orgId=${encodeURIComponent(id)}`)).status).toBe(200);
    expect((await get(`/v1/organizations/${encodeURIComponent(id)}`)).body.displayName).toBe('Acme Corporation');
  }
  const foreign = webexId('ORGANIZATION', globex);
  expect((await get(`/v1/people?orgId=${foreign}`)).status).toBe(403);
  expect((await get(`/v1/licenses?orgId=${foreign}`)).status).toBe(403);
  expect((await get(`/v1/organizations/${foreign}`)).status).toBe(404);
  expect((await get(`/identity/scim/${globex}/v2/Users`)).status).toBe(403);
});

it('returns the expiry of the access token that the call carries', async () => {
  const { get } = await webexForTest({ now: () => 1000 });
  expect((await get('/v1/authorizations/tokenExpiry')).body.exp).toBe(1000 + 14 * 86_400_000);
});

it('refuses a missing, wrong or expired token with 401', async () => {
  const { get, control, token, url } = await webexForTest();
  const bare = await fetch(`${url}/v1/people`);
  expect(bare.status).toBe(401);
  expect(await bare.json()).toEqual({
    message: 'Authentication credentials were missing or incorrect.',
    errors: [{ description: expect.stringContaining('valid access token') }],
    trackingId: bare.headers.get('trackingid'),
  });
  expect((await get('/v1/people', 'wrong')).status).toBe(401);
  control.clock({ advanceMs: 14 * 86_400_000 });
  expect((await get('/v1/people', token)).status).toBe(401);
});

it('refuses a missing scope or role with 403', async () => {
  const { get, control } = await webexForTest();
  const narrow = control.grant({ orgId: acme, scopes: ['spark-admin:people_read'] }).access_token;
  expect((await get('/v1/people', narrow)).status).toBe(200);
  expect((await get('/v1/licenses', narrow)).status).toBe(403);
  const member = control.grant({ orgId: acme, email: 'member@acme.example' }).access_token;
  expect((await get('/v1/roles', member)).status).toBe(403);
});

it('answers unknown paths with 404 and other methods with 405', async () => {
  const { get } = await webexForTest();
  expect((await get('/v1/rooms')).status).toBe(404);
  const refused = await get('/v1/people', undefined, { method: 'PUT' });
  expect({ status: refused.status, allow: refused.headers.get('allow') }).toEqual({ status: 405, allow: 'GET' });
  expect((await get('/v1/access_token')).status).toBe(405);
});

describe('the tracking id of the request', () => {
  const headers = { TrackingID: 'CALLER_0123' };

  it('comes back in the header and in the error body', async () => {
    const { get } = await webexForTest();
    expect((await get('/v1/people/me', undefined, { headers })).headers.get('trackingid')).toBe('CALLER_0123');
    const refused = await get('/v1/people', 'wrong', { headers });
    expect([refused.headers.get('trackingid'), refused.body.trackingId]).toEqual(['CALLER_0123', 'CALLER_0123']);
  });

  it('is replaced by a new one if the setting says so', async () => {
    const { get, control } = await webexForTest();
    control.settings({ echoTrackingId: false });
    const refused = await get('/v1/people', 'wrong', { headers });
    expect(refused.body.trackingId).toMatch(/^ROUTER_/);
    expect(refused.body.trackingId).toBe(refused.headers.get('trackingid'));
  });
});
