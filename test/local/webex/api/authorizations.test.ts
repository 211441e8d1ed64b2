import { expect, it } from 'vitest';
import { webexId } from '../../../../local/webex/ids.ts';
import { acme, globex, webexForTest } from '../fixture.ts';

const scopes = ['spark-admin:people_read', 'identity:tokens_read', 'identity:tokens_write'];
const remove = { method: 'DELETE' };

it('lists the authorizations of a person, and requires one to be named', async () => {
  const { get, control } = await webexForTest();
  const { access_token } = control.grant({ orgId: acme, scopes });
  const me = (await get('/v1/people/me', access_token)).body.id;
  for (const query of ['personEmail=admin@acme.example', `personId=${me}`]) {
    const { items } = (await get(`/v1/authorizations?${query}`, access_token)).body;
    expect(items.map(({ type }) => type)).toEqual(['refresh', 'access', 'refresh', 'access']);
  }
  expect((await get('/v1/authorizations', access_token)).status).toBe(400);
});

it('deletes all authorizations of an integration, after which every token is dead', async () => {
  const { get, control, token } = await webexForTest();
  const path = `/v1/authorizations?clientId=local-client&orgId=${webexId('ORGANIZATION', acme)}`;
  expect((await get(path, token, remove)).status).toBe(403);
  const grant = control.grant({ orgId: acme, scopes });
  const deleted = await get(path, grant.access_token, remove);
  expect({ status: deleted.status, body: deleted.body }).toEqual({ status: 204, body: '' });
  expect(control.tokens(acme)).toEqual({ accessTokens: [], refreshTokens: [] });
  expect(control.isAlive(grant.refresh_token!)).toBe(false);
  expect((await get('/v1/people', token)).status).toBe(401);
});

it('deletes one authorization by its id and leaves the others alone', async () => {
  const { get, control, token } = await webexForTest();
  const { access_token, refresh_token } = control.grant({ orgId: acme, scopes });
  const { items } = (await get('/v1/authorizations?personEmail=admin@acme.example', access_token)).body;
  const path = `/v1/authorizations/${items[0]!.id}`;
  const foreign = control.grant({ orgId: globex, scopes }).access_token;
  expect((await get(path, foreign, remove)).status).toBe(404);
  expect((await get(path, access_token, remove)).status).toBe(204);
  expect((await get(path, access_token, remove)).status).toBe(404);
  expect((await get('/v1/people/me', token)).status).toBe(401);
  expect(control.isAlive(refresh_token!)).toBe(true);
});
