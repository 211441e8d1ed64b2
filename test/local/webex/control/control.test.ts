import { describe, expect, it } from 'vitest';
import { acme, administrator, globex, reply, webexForTest } from '../fixture.ts';

it('moves the clock, forwards or to an instant', async () => {
  const { control, post } = await webexForTest({ now: () => 1000 });
  expect(control.clock({ advanceMs: 500 })).toEqual({ now: 1500 });
  expect((await post('/_control/clock', { now: 9000 })).body).toEqual({ now: 9000 });
  expect((await post('/_control/clock', { advanceMs: 1 })).body).toEqual({ now: 9001 });
});

it('adds organizations at run time, each with its own administrator', async () => {
  const { control, consent } = await webexForTest();
  const id = '99999999-8888-4777-8666-555555555555';
  const administrators = [{ email: 'boss@initech.example', password: 'pass' }];
  control.addOrganization({ id, name: 'Initech', people: 5, administrators });
  expect([...control.peopleList(id)]).toHaveLength(5);
  expect((await consent(administrators[0])).has('code')).toBe(true);
  expect(() => control.addOrganization({ id, name: 'Again', people: 0 })).toThrow('already');
  expect(() => control.addOrganization({ id: 'x', name: 'X', people: 0 })).toThrow('uuid');
});

describe('a refresh token dies', () => {
  it('with the account of its administrator, as do the access tokens', async () => {
    const { control, consent, refresh, get } = await webexForTest();
    const { access_token, refresh_token } = control.grant({ orgId: acme });
    control.deactivateUser(administrator);
    expect((await get('/v1/people/me', access_token)).status).toBe(401);
    expect((await refresh(refresh_token)).body.error).toBe('invalid_grant');
    expect([...control.peopleList(acme)][0]!.loginEnabled).toBe(false);
    await expect(consent()).rejects.toThrow('incorrect');

    const ofGlobex = control.grant({ orgId: globex });
    control.people({ orgId: globex, remove: [[...control.peopleList(globex)][0]!.id] });
    expect((await get('/v1/people/me', ofGlobex.access_token)).status).toBe(401);
  });

  it('when its administrator loses Full Admin; without any role, calls for administrators fail as well', async () => {
    const { control, get, refresh } = await webexForTest();
    const { access_token, refresh_token } = control.grant({ orgId: acme });
    control.changeRoles({ email: administrator.email, roles: ['read_only_admin'] });
    expect((await get('/v1/people', access_token)).status).toBe(200);
    expect((await refresh(refresh_token)).body.error).toBe('invalid_grant');
    control.changeRoles({ email: administrator.email, roles: [] });
    expect((await get('/v1/people', access_token)).status).toBe(400);
    expect((await get('/v1/licenses', access_token)).status).toBe(403);
    expect((await get('/v1/people/me', access_token)).status).toBe(200);
  });

  it('when the grants of its organization are revoked, with the access tokens if asked', async () => {
    const { control, get } = await webexForTest();
    const ofAcme = control.grant({ orgId: acme });
    const ofGlobex = control.grant({ orgId: globex });
    expect(control.revokeGrants({ orgId: acme })).toEqual({ revoked: 2 });
    expect(control.isAlive(ofAcme.refresh_token!)).toBe(false);
    expect(control.isAlive(ofGlobex.refresh_token!)).toBe(true);
    expect((await get('/v1/people/me', ofAcme.access_token)).status).toBe(200);
    control.revokeGrants({ orgId: globex, accessTokens: true });
    expect((await get('/v1/people/me', ofGlobex.access_token)).status).toBe(401);
  });
});

it('offers the same operations over HTTP', async () => {
  const { post, get, url, token } = await webexForTest();
  expect((await post('/_control/people', { orgId: acme, add: 2 })).body.added).toHaveLength(2);
  const listed = await get(`/_control/people/list?orgId=${acme}`);
  expect(listed.body).toHaveLength(252);
  expect((await post('/_control/settings', { booleansAsStrings: true })).body.booleansAsStrings).toBe(true);
  expect((await get('/v1/people/me')).body.loginEnabled).toBe('true');
  expect((await post('/_control/faults', { fault: { status: 500 }, times: 'always' })).body).toEqual({ id: 'fault-1' });
  expect((await get('/v1/people')).status).toBe(500);
  expect((await reply(await fetch(`${url}/_control/faults`, { method: 'DELETE' }))).status).toBe(204);
  expect((await get('/v1/people')).status).toBe(200);
  const grant = await post('/_control/grant', { orgId: acme });
  expect((await get('/v1/people/me', grant.body.access_token)).status).toBe(200);
  expect((await post('/_control/grants/revoke', { orgId: acme })).body).toEqual({ revoked: 2 });
  expect((await post('/_control/users/role', { email: administrator.email, roles: [] })).status).toBe(204);
  expect((await get('/v1/licenses')).status).toBe(403);
  expect((await post('/_control/users/deactivate', { email: administrator.email })).status).toBe(204);
  expect((await get('/v1/people', token)).status).toBe(401);
  expect((await get('/_control/stats')).body.requests).toMatchObject({ 'GET /v1/people': 3 });
  expect((await post('/_control/stats/reset', {})).status).toBe(204);
});
