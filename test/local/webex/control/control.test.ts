import { expect, it } from 'vitest';
import { webexId } from '../../../../local/webex/ids.ts';
import type { Person } from '../../../../local/webex/people/person.ts';
import { acme, administrator, globex, reply, webexForTest } from '../fixture.ts';

const byId = (people: Iterable<Person>) => new Map([...people].map((person) => [person.id, person]));

it('moves the clock, forwards or to an instant', async () => {
  const { control, post } = await webexForTest({ now: () => 1000 });
  expect(control.clock({ advanceMs: 500 })).toEqual({ now: 1500 });
  expect((await post('/_control/clock', { now: 9000 })).body).toEqual({ now: 9000 });
  expect((await post('/_control/clock', { advanceMs: 1 })).body).toEqual({ now: 9001 });
});

it('adds, changes and removes people, in the truth and in the API', async () => {
  const { control, get } = await webexForTest();
  const { added } = control.people({ orgId: acme, add: 3 });
  expect(added).toHaveLength(3);
  control.people({ orgId: acme, update: [{ id: webexId('PEOPLE', added[0]!), title: 'Chief', department: null }] });
  const { body } = await get(`/v1/people/${webexId('PEOPLE', added[0]!)}`);
  expect(body.title).toBe('Chief');
  expect(body).not.toHaveProperty('department');

  const uuid = '11111111-2222-4333-8444-555555555555';
  const person = { id: uuid, emails: ['new@acme.example'], displayName: 'New', licenses: [webexId('LICENSE', 'x')] };
  expect(control.people({ orgId: acme, upsert: [person] }).added).toEqual([uuid]);
  expect(control.people({ orgId: acme, upsert: [{ id: uuid, displayName: 'Newer' }] }).changed).toEqual([uuid]);
  const found = (await get('/v1/people?email=new@acme.example')).body.items[0];
  expect(found).toMatchObject({ displayName: 'Newer', licenses: person.licenses });
  expect(control.people({ orgId: acme, remove: [uuid, 'nobody'] }).removed).toEqual([uuid]);
  expect((await get('/v1/people?email=new@acme.example')).body.items).toEqual([]);
  expect([...control.peopleList(acme)]).toHaveLength(253);
  expect(() => control.people({ orgId: acme, update: [{ id: uuid, title: 'x' }] })).toThrow('no person');
});

it('lets somebody who was removed come back under the same id', async () => {
  const { control } = await webexForTest();
  const gone = [...control.peopleList(acme)][100]!;
  control.people({ orgId: acme, remove: [gone.id] });
  control.people({ orgId: acme, upsert: [gone] });
  const back = byId(control.peopleList(acme)).get(gone.id)!;
  expect({ ...back, created: '', lastModified: '' }).toEqual({ ...gone, created: '', lastModified: '' });
});

it('churns: exactly so many added, really changed and removed, the same for the same seed, no account among them', async () => {
  const run = async () => {
    const { control } = await webexForTest({ now: () => 0 });
    const before = byId(control.peopleList(acme));
    const result = control.people({ orgId: acme, churn: { seed: 7, add: 20, change: 60, remove: 30 } });
    return { before, result, after: byId(control.peopleList(acme)) };
  };
  const { before, result, after } = await run();
  expect(after.size).toBe(240);
  expect([...before.keys()].filter((id) => !after.has(id)).sort()).toEqual(result.removed.toSorted());
  expect([...after.keys()].filter((id) => !before.has(id)).sort()).toEqual(result.added.toSorted());
  const stripped = (person: Person | undefined) => JSON.stringify({ ...person, lastModified: '' });
  const changed = [...after.keys()].filter(
    (id) => before.has(id) && stripped(before.get(id)) !== stripped(after.get(id)),
  );
  expect(changed.sort()).toEqual(result.changed.toSorted());
  expect([...after.values()].slice(0, 20).flatMap(({ emails }) => emails)).toContain(administrator.email);
  expect((await run()).result).toEqual(result);
});

it('lets a scan skip or repeat people while the directory changes under it, as offsets do', async () => {
  const { control, get } = await webexForTest();
  const first = await get('/v1/people?max=100');
  const ids = first.body.items.map(({ id }) => id);
  control.people({ orgId: acme, remove: [...control.peopleList(acme)].slice(5, 10).map(({ id }) => id) });
  const truth = new Set([...control.peopleList(acme)].map(({ id }) => webexId('PEOPLE', id)));
  for (let next = first.next; next !== undefined; ) {
    const page = await get(next);
    ids.push(...page.body.items.map(({ id }) => id));
    next = page.next;
  }
  expect([...truth].filter((id) => !ids.includes(id))).toHaveLength(5);
});

it('lets an administrator who leaves take the tokens along', async () => {
  const { control, consent, refresh, get } = await webexForTest();
  const { access_token, refresh_token } = control.grant({ orgId: acme });
  control.deactivateUser(administrator);
  expect((await get('/v1/people/me', access_token)).status).toBe(401);
  expect((await refresh(refresh_token)).body.error).toBe('invalid_grant');
  expect([...control.peopleList(acme)][0]!.loginEnabled).toBe(false);
  await expect(consent()).rejects.toThrow('incorrect');

  const theirs = control.grant({ orgId: globex });
  control.people({ orgId: globex, remove: [[...control.peopleList(globex)][0]!.id] });
  expect((await get('/v1/people/me', theirs.access_token)).status).toBe(401);
});

it('answers 403 and refuses to refresh once the role is lost; a demoted administrator only cannot refresh', async () => {
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

it('revokes the refresh tokens of one organization and, if asked, its access tokens', async () => {
  const { control, get } = await webexForTest();
  const mine = control.grant({ orgId: acme });
  const theirs = control.grant({ orgId: globex });
  expect(control.revokeGrants({ orgId: acme })).toEqual({ revoked: 2 });
  expect(control.isAlive(mine.refresh_token!)).toBe(false);
  expect(control.isAlive(theirs.refresh_token!)).toBe(true);
  expect((await get('/v1/people/me', mine.access_token)).status).toBe(200);
  control.revokeGrants({ orgId: globex, accessTokens: true });
  expect((await get('/v1/people/me', theirs.access_token)).status).toBe(401);
});

it('takes further organizations at run time, with an administrator of their own', async () => {
  const { control, consent } = await webexForTest();
  const id = '99999999-8888-4777-8666-555555555555';
  const administrators = [{ email: 'boss@initech.example', password: 'pass' }];
  control.addOrganization({ id, name: 'Initech', people: 5, administrators });
  expect([...control.peopleList(id)]).toHaveLength(5);
  expect((await consent(administrators[0])).has('code')).toBe(true);
  expect(() => control.addOrganization({ id, name: 'Again', people: 0 })).toThrow('already');
  expect(() => control.addOrganization({ id: 'x', name: 'X', people: 0 })).toThrow('uuid');
});

it('offers the same over HTTP', async () => {
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
  expect((await get('/v1/people')).status).toBe(400);
  expect((await post('/_control/users/deactivate', { email: administrator.email })).status).toBe(204);
  expect((await get('/v1/people', token)).status).toBe(401);
  expect((await get('/_control/stats')).body.requests).toMatchObject({ 'GET /v1/people': 4 });
  expect((await post('/_control/stats/reset', {})).status).toBe(204);
});
