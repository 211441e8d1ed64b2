import { describe, expect, it } from 'vitest';
import { webexId } from '../../../../local/webex/ids.ts';
import { acme, globex, webexForTest } from '../fixture.ts';

const emailsOf = (pages: { body: { items: Record<string, unknown>[] } }[]) =>
  pages.flatMap(({ body }) => body.items.map((item) => (item.emails as string[])[0]));

describe('pages', () => {
  it('show everyone exactly once, 100 people at a time by default', async () => {
    const { scan } = await webexForTest();
    const pages = await scan('/v1/people?excludeStatus=true');
    expect(pages.map(({ body }) => body.items.length)).toEqual([100, 100, 50]);
    expect(new Set(emailsOf(pages)).size).toBe(250);
    expect(pages[0]!.body.notFoundIds).toBeNull();
    expect((await scan('/v1/people?max=250')).length).toBe(1);
  });

  it('show the same people on every run', async () => {
    const [one, two] = [await webexForTest({ now: () => 0 }), await webexForTest({ now: () => 0 })];
    const path = '/v1/people?max=250';
    expect((await one.get(path)).body).toEqual((await two.get(path)).body);
  });

  it('are cut to the ceiling, to 100 people with calling data and to 50 with a location', async () => {
    const { get, control } = await webexForTest({ pageCeiling: 120 });
    const size = async (query: string) => (await get(`/v1/people?${query}`)).body.items.length;
    expect(await size('max=1000')).toBe(120);
    expect(await size('max=1000&callingData=true')).toBe(100);
    const { locationId } = [...control.peopleList(acme)].find((person) => person.locationId)!;
    expect(await size(`max=1000&locationId=${webexId('LOCATION', locationId!)}`)).toBeLessThanOrEqual(50);
  });

  it.each(['max=null', 'max=0', 'max=-1', 'max=ten', 'cursor=rubbish', 'cursor=%00', 'after=rubbish'])(
    'are refused for %s',
    async (query) => {
      const { get } = await webexForTest();
      const { status, body, headers } = await get(`/v1/people?${query}`);
      expect(status).toBe(400);
      expect(body.trackingId).toBe(headers.get('trackingid'));
    },
  );

  it('skip or repeat people while the directory changes during a scan', async () => {
    const { control, get, scan } = await webexForTest();
    const first = await get('/v1/people?max=100');
    control.people({ orgId: acme, remove: [...control.peopleList(acme)].slice(5, 10).map(({ id }) => id) });
    const seen = [first, ...(await scan(first.next!))].flatMap(({ body }) => body.items.map(({ id }) => id));
    const present = [...control.peopleList(acme)].map(({ id }) => webexId('PEOPLE', id));
    expect(present.filter((id) => !seen.includes(id))).toHaveLength(5);
  });
});

describe('fields', () => {
  it('include a changing presence unless the client excludes it', async () => {
    const { get, control } = await webexForTest();
    const presence = async (query: string) =>
      (await get(`/v1/people?max=250&${query}`)).body.items.map(({ status }) => status).join();
    const before = await presence('');
    expect(before).toContain('active');
    control.clock({ advanceMs: 3_600_000 });
    expect(await presence('')).not.toBe(before);
    expect(await presence('excludeStatus=true')).toMatch(/^,*$/);
  });

  it('have names in many alphabets, addresses in ASCII, some people invited, some disabled', async () => {
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

  it('include calling data only if the client asks for it', async () => {
    const { get, control } = await webexForTest();
    const person = [...control.peopleList(acme)].find(({ extension }) => extension)!;
    const path = `/v1/people/${webexId('PEOPLE', person.id)}`;
    expect((await get(path)).body).not.toHaveProperty('extension');
    expect((await get(`${path}?callingData=true`)).body.extension).toBe(person.extension);
  });

  it.each([
    [true, 'false', 'true'],
    [false, false, true],
  ])('have booleans as strings: %s', async (booleansAsStrings, invitePending, loginEnabled) => {
    const { get, control } = await webexForTest();
    control.settings({ booleansAsStrings });
    expect((await get('/v1/people/me')).body).toMatchObject({ invitePending, loginEnabled });
  });
});

describe('a look-up by id', () => {
  it('takes at most 85 ids and names those that it does not find', async () => {
    const { get, control } = await webexForTest();
    const [first, second] = [...control.peopleList(acme)];
    const [stranger] = control.peopleList(globex);
    const ids = [first!.id, second!.id, stranger!.id].map((id) => webexId('PEOPLE', id));
    control.people({ orgId: acme, remove: [second!.id] });
    const { body } = await get(`/v1/people?id=${[...ids, 'rubbish'].join()}`);
    expect(body.items.map(({ id }) => id)).toEqual([ids[0]]);
    expect(body.notFoundIds).toEqual([ids[1], ids[2], 'rubbish']);
    expect((await get(`/v1/people?id=${ids[0]}`)).body.notFoundIds).toBeNull();
    const many = Array.from({ length: 86 }, (_, index) => `id${index}`);
    expect((await get(`/v1/people?id=${many.slice(1).join()}`)).body.notFoundIds).toHaveLength(85);
    expect((await get(`/v1/people?id=${many.join()}`)).status).toBe(400);
  });

  it('shows a user name, and no licences, roles or presence', async () => {
    const { get, control } = await webexForTest();
    const [someone] = control.peopleList(acme);
    const [item] = (await get(`/v1/people?id=${webexId('PEOPLE', someone!.id)}`)).body.items;
    expect(item).toMatchObject({ displayName: someone!.displayName, userName: someone!.emails[0] });
    for (const field of ['licenses', 'roles', 'status', 'lastActivity']) expect(item).not.toHaveProperty(field);
  });

  it('accepts bare uuids and returns the unknown ones as they were given', async () => {
    const { get, control } = await webexForTest();
    const [someone] = control.peopleList(acme);
    const { body } = await get(`/v1/people?id=${someone!.id},${globex}`);
    expect(body.items.map(({ id }) => id)).toEqual([webexId('PEOPLE', someone!.id)]);
    expect(body.notFoundIds).toEqual([globex]);
  });
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

describe('a caller without an administrator role', () => {
  it.each([400, 403] as const)('is refused a list of everyone with status %i', async (unfilteredByMember) => {
    const { get, control } = await webexForTest();
    control.settings({ unfilteredByMember });
    const { access_token } = control.grant({ orgId: acme, email: 'member@acme.example' });
    const { status, body } = await get('/v1/people', access_token);
    expect(status).toBe(unfilteredByMember);
    const [{ description }] = body.errors as [{ description: string }];
    if (status === 400) expect(description).toBe('Email, displayName, or id list should be specified.');
  });

  it('sees the people it names, without licences and roles', async () => {
    const { get, control } = await webexForTest();
    const { access_token } = control.grant({ orgId: acme, email: 'member@acme.example' });
    for (const query of ['email=admin@acme.example', 'displayName=A', 'id=x']) {
      const { status, body } = await get(`/v1/people?${query}`, access_token);
      expect(status, query).toBe(200);
      expect(body.items.some((item) => 'licenses' in item || 'roles' in item)).toBe(false);
    }
  });

  it('is an administrator who lacks the scope, too', async () => {
    const { get, control } = await webexForTest();
    const { access_token } = control.grant({ orgId: acme, scopes: ['spark:people_read'] });
    expect((await get('/v1/people', access_token)).status).toBe(400);
    expect((await get('/v1/people?email=admin@acme.example', access_token)).status).toBe(200);
  });
});
