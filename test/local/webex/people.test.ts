import { expect, it } from 'vitest';
import { webexId } from '../../../local/webex/ids.ts';
import { acme, globex, webexForTest } from './fixture.ts';

const emailsOf = (pages: { body: { items: Record<string, unknown>[] } }[]) =>
  pages.flatMap(({ body }) => body.items.map((item) => (item.emails as string[])[0]));

it('pages through everybody exactly once, a hundred at a time unless told otherwise', async () => {
  const { scan } = await webexForTest();
  const pages = await scan('/v1/people?excludeStatus=true');
  expect(pages.map(({ body }) => body.items.length)).toEqual([100, 100, 50]);
  expect(new Set(emailsOf(pages)).size).toBe(250);
  expect(pages[0]!.body.notFoundIds).toBeNull();
  expect((await scan('/v1/people?max=250')).length).toBe(1);
});

it('gives the same people on every run', async () => {
  const [one, two] = [await webexForTest({ now: () => 0 }), await webexForTest({ now: () => 0 })];
  const path = '/v1/people?max=250';
  expect((await one.get(path)).body).toEqual((await two.get(path)).body);
});

it('keeps the parameters in an opaque next link that leads back to the host that the client named', async () => {
  const { get, url } = await webexForTest();
  const local = url.replace('127.0.0.1', 'localhost');
  const { next } = await get(`${local}/v1/people?max=10&excludeStatus=true`);
  const link = new URL(next!);
  expect(link.origin).toBe(local);
  expect(Object.fromEntries(link.searchParams)).toEqual({
    max: '10',
    excludeStatus: 'true',
    cursor: expect.stringMatching(/^[\w-]+$/),
  });
});

it('cuts max to the ceiling, to 100 with calling data and to 50 with a location', async () => {
  const { get, control } = await webexForTest({ pageCeiling: 120 });
  const size = async (query: string) => (await get(`/v1/people?${query}`)).body.items.length;
  expect(await size('max=1000')).toBe(120);
  expect(await size('max=1000&callingData=true')).toBe(100);
  const { locationId } = [...control.peopleList(acme)].find((person) => person.locationId)!;
  expect(await size(`max=1000&locationId=${webexId('LOCATION', locationId!)}`)).toBeLessThanOrEqual(50);
});

it.each(['max=null', 'max=0', 'max=-1', 'max=ten', 'cursor=rubbish', 'cursor=%00'])('refuses %s', async (query) => {
  const { get } = await webexForTest();
  const { status, body, headers } = await get(`/v1/people?${query}`);
  expect(status).toBe(400);
  expect(body.trackingId).toBe(headers.get('trackingid'));
});

it('tells presence unless it is excluded, and lets it change with time', async () => {
  const { get, control } = await webexForTest();
  const presence = async (query: string) =>
    (await get(`/v1/people?max=250&${query}`)).body.items.map(({ status }) => status).join();
  const before = await presence('');
  expect(before).toContain('active');
  control.clock({ advanceMs: 3_600_000 });
  expect(await presence('')).not.toBe(before);
  expect(await presence('excludeStatus=true')).toMatch(/^,*$/);
});

it('gives names in many alphabets, addresses in ASCII, some invited, some disabled', async () => {
  const { control } = await webexForTest();
  const people = [...control.peopleList(acme)];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  const ascii = /^[\x00-\x7f]*$/;
  expect(people.filter(({ displayName }) => !ascii.test(displayName)).length).toBeGreaterThan(50);
  expect(people.every(({ emails }) => emails.every((email) => /^[a-z0-9.]+@acme\.example$/.test(email)))).toBe(true);
  expect(people.filter(({ invitePending }) => invitePending).length).toBeGreaterThan(2);
  expect(people.filter(({ loginEnabled }) => !loginEnabled).length).toBeGreaterThan(2);
  expect(people.filter(({ licenses }) => licenses.length > 2).length).toBeGreaterThan(50);
  expect(people.filter(({ title }) => title === undefined).length).toBeGreaterThan(5);
});

it('looks up at most 85 ids and names those that are not there, without licences or roles', async () => {
  const { get, control } = await webexForTest();
  const [first, second] = [...control.peopleList(acme)];
  const [stranger] = control.peopleList(globex);
  const ids = [first!.id, second!.id, stranger!.id].map((id) => webexId('PEOPLE', id));
  control.people({ orgId: acme, remove: [second!.id] });
  const { body } = await get(`/v1/people?id=${[...ids, 'rubbish'].join()}`);
  expect(body.items.map(({ id }) => id)).toEqual([ids[0]]);
  expect(body.notFoundIds).toEqual([ids[1], ids[2], 'rubbish']);
  expect(body.items[0]).not.toHaveProperty('licenses');
  expect(body.items[0]).not.toHaveProperty('roles');
  expect((await get(`/v1/people?id=${ids[0]}`)).body.notFoundIds).toBeNull();
  const many = Array.from({ length: 86 }, (_, index) => `id${index}`);
  expect((await get(`/v1/people?id=${many.slice(1).join()}`)).body.notFoundIds).toHaveLength(85);
  expect((await get(`/v1/people?id=${many.join()}`)).status).toBe(400);
});

it('finds people by address and by the start of their names', async () => {
  const { get, control } = await webexForTest();
  const someone = [...control.peopleList(acme)][77]!;
  const byEmail = await get(`/v1/people?email=${encodeURIComponent(someone.emails[0]!.toUpperCase())}`);
  expect(byEmail.body.items.map(({ displayName }) => displayName)).toEqual([someone.displayName]);
  expect((await get('/v1/people?email=nobody@acme.example')).body.items).toEqual([]);
  const byName = await get(`/v1/people?displayName=${encodeURIComponent(someone.displayName)}&max=1`);
  expect(byName.body.items[0]!.displayName).toBe(someone.displayName);
});

it('shows calling data only when asked', async () => {
  const { get, control } = await webexForTest();
  const person = [...control.peopleList(acme)].find(({ extension }) => extension)!;
  const path = `/v1/people/${webexId('PEOPLE', person.id)}`;
  expect((await get(path)).body).not.toHaveProperty('extension');
  expect((await get(`${path}?callingData=true`)).body.extension).toBe(person.extension);
});

it('writes booleans as strings when told to', async () => {
  const { get, control } = await webexForTest();
  control.settings({ booleansAsStrings: true });
  const { body } = await get('/v1/people/me');
  expect(body).toMatchObject({ invitePending: 'false', loginEnabled: 'true' });
});

it('tells who the caller is, and one person by id', async () => {
  const { get } = await webexForTest();
  const me = (await get('/v1/people/me')).body;
  expect(me).toMatchObject({ orgId: webexId('ORGANIZATION', acme), roles: [webexId('ROLE', 'id_full_admin')] });
  expect((await get(`/v1/people/${me.id}`)).body.emails).toEqual(['admin@acme.example']);
  expect((await get(`/v1/people/${webexId('PEOPLE', globex)}`)).status).toBe(404);
  expect((await get('/v1/people/rubbish')).status).toBe(400);
});

it('serves an administrator the own organization only', async () => {
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

it('gives licences that people hold, and roles', async () => {
  const { get } = await webexForTest();
  const licenses = (await get('/v1/licenses')).body.items;
  const held = new Set((await get('/v1/people?max=250')).body.items.flatMap((person) => person.licenses as string[]));
  expect(new Set(licenses.map(({ id }) => id))).toEqual(held);
  expect(licenses.map(({ name }) => name)).toContain('Webex Calling - Professional');
  expect((await get('/v1/roles')).body.items[0]).toEqual({
    id: webexId('ROLE', 'id_full_admin'),
    name: 'Full Administrator',
  });
});

it('tells the expiry of the token that asks', async () => {
  const { get } = await webexForTest({ now: () => 1000 });
  expect((await get('/v1/authorizations/tokenExpiry')).body.exp).toBe(1000 + 14 * 86_400_000);
});

it('refuses a missing, wrong or expired token with 401, and a missing scope or role with 403', async () => {
  const { get, control, url } = await webexForTest();
  const bare = await fetch(`${url}/v1/people`);
  expect(bare.status).toBe(401);
  expect(await bare.json()).toEqual({
    message: 'Authentication credentials were missing or incorrect.',
    errors: [{ description: expect.stringContaining('valid access token') }],
    trackingId: bare.headers.get('trackingid'),
  });
  expect((await get('/v1/people', 'wrong')).status).toBe(401);
  const narrow = control.grant({ orgId: acme, scopes: ['spark-admin:people_read'] }).access_token;
  expect((await get('/v1/people', narrow)).status).toBe(200);
  expect((await get('/v1/licenses', narrow)).status).toBe(403);
  const member = control.grant({ orgId: acme, email: 'member@acme.example' }).access_token;
  expect((await get('/v1/people', member)).status).toBe(403);
});

it('lists and deletes authorizations for whom has the scopes, after which every token is dead', async () => {
  const { get, control, token } = await webexForTest();
  const path = `/v1/authorizations?clientId=local-client&orgId=${webexId('ORGANIZATION', acme)}`;
  expect((await get(path, token, { method: 'DELETE' })).status).toBe(403);
  const scopes = ['identity:tokens_read', 'identity:tokens_write'];
  const grant = control.grant({ orgId: acme, scopes });
  const listed = await get('/v1/authorizations?personEmail=admin@acme.example', grant.access_token);
  expect(listed.body.items.map(({ type }) => type)).toEqual(['refresh', 'access', 'refresh', 'access']);
  const deleted = await get(path, grant.access_token, { method: 'DELETE' });
  expect({ status: deleted.status, body: deleted.body }).toEqual({ status: 204, body: '' });
  expect(control.tokens(acme)).toEqual({ accessTokens: [], refreshTokens: [] });
  expect(control.isAlive(grant.refresh_token!)).toBe(false);
  expect((await get('/v1/people', token)).status).toBe(401);
});

it('answers unknown paths with 404 and other methods with 405', async () => {
  const { get } = await webexForTest();
  expect((await get('/v1/rooms')).status).toBe(404);
  const refused = await get('/v1/people', undefined, { method: 'PUT' });
  expect({ status: refused.status, allow: refused.headers.get('allow') }).toEqual({ status: 405, allow: 'GET' });
  expect((await get('/v1/access_token')).status).toBe(405);
});
