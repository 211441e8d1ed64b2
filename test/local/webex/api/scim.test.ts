import { describe, expect, it } from 'vitest';
import { acme, globex, webexForTest } from '../fixture.ts';

const users = `/identity/scim/${acme}/v2/Users`;
const cisco = 'urn:scim:schemas:extension:cisco:webexidentity:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

interface User {
  id: string;
  userName: string;
  userType: string;
  meta: { lastModified: string; organizationID?: string };
  [cisco]: { accountStatus?: unknown; meta?: { organizationID: string } };
  [field: string]: unknown;
}
interface Found {
  totalResults: number;
  itemsPerPage: number;
  Resources: User[];
}

async function scimForTest() {
  const webex = await webexForTest();
  const search = async (query: string | Record<string, string>) => {
    const { body } = await webex.get(`${users}?${new URLSearchParams(query)}`);
    return body as unknown as Found;
  };
  return { ...webex, search };
}

describe('a search', () => {
  it('returns how many people there are, and any window of them', async () => {
    const { search, control } = await scimForTest();
    const people = [...control.peopleList(acme)];
    expect(await search('count=0')).toMatchObject({ totalResults: 250, itemsPerPage: 0, Resources: [] });
    const page = await search('startIndex=241&count=20');
    expect(page.itemsPerPage).toBe(10);
    expect(page.Resources.map(({ id }) => id)).toEqual(people.slice(240).map(({ id }) => id));
    expect((await search('')).itemsPerPage).toBe(100);
  });

  it('shows the last modified people first, so that a sync may stop early', async () => {
    const { search, control } = await scimForTest();
    const [, , third, fourth] = control.peopleList(acme);
    control.people({ orgId: acme, update: [{ id: third!.id, title: 'Chief' }] });
    control.clock({ advanceMs: 1000 });
    control.people({ orgId: acme, update: [{ id: fourth!.id, title: 'Chief' }] });
    const found = (await search('sortBy=meta.lastModified&sortOrder=descending&count=250')).Resources;
    expect(found.slice(0, 2).map(({ id }) => id)).toEqual([fourth!.id, third!.id]);
    const dates = found.map(({ meta }) => meta.lastModified);
    expect(dates).toEqual(dates.toSorted().reverse());
    expect(new Set(found.map(({ id }) => id)).size).toBe(250);
  });

  it('sorts by userName and id', async () => {
    const { search } = await scimForTest();
    for (const field of ['userName', 'id'] as const) {
      const values = (await search(`sortBy=${field}&count=250`)).Resources.map((user) => user[field]);
      expect(values).toEqual(values.toSorted());
    }
  });

  it('filters, counts what it found, and pages through it', async () => {
    const { search, control } = await scimForTest();
    const disabled = [...control.peopleList(acme)].filter(({ loginEnabled }) => !loginEnabled).map(({ id }) => id);
    const found = await search({ filter: 'active eq false', count: '250' });
    expect(found.Resources.map(({ id }) => id)).toEqual(disabled);
    const page = await search({ filter: 'active eq false', startIndex: '2', count: '1' });
    expect(page).toMatchObject({ totalResults: disabled.length, itemsPerPage: 1, Resources: [{ id: disabled[1] }] });
    expect(await search({ filter: 'userName eq "ADMIN@acme.example"' })).toMatchObject({ totalResults: 1 });
    const byOrganization = `${cisco}:meta.organizationId eq "${acme}"`;
    expect(await search({ filter: byOrganization, count: '0' })).toMatchObject({ totalResults: 250 });
  });

  it('shows only the attributes asked for, or leaves some out', async () => {
    const { search } = await scimForTest();
    const [few] = (await search({ attributes: 'userName,department,name.givenName', count: '1' })).Resources;
    expect(Object.keys(few!).sort()).toEqual(['id', 'name', 'schemas', enterprise, 'userName'].sort());
    expect(Object.keys(few!.name as object)).toEqual(['givenName']);
    const [byUrn] = (await search({ attributes: `${enterprise}:department,USERNAME`, count: '1' })).Resources;
    expect(Object.keys(byUrn!).sort()).toEqual(['id', 'schemas', enterprise, 'userName'].sort());
    const [most] = (await search({ excludedAttributes: 'emails,id,meta.version', count: '1' })).Resources;
    expect(most).toMatchObject({ id: expect.any(String), meta: { lastModified: expect.any(String) } });
    expect(most).not.toHaveProperty('emails');
    expect(most!.meta).not.toHaveProperty('version');
  });

  it.each(['sortBy=title', 'sortOrder=up', 'startIndex=x', 'filter=userName', 'filter=userName%20is%20%22a%22'])(
    'refuses %s',
    async (query) => {
      const { get } = await webexForTest();
      expect(await get(`${users}?${query}`)).toMatchObject({ status: 400, body: { status: '400' } });
    },
  );

  it('requires the scope for SCIM', async () => {
    const { get, control } = await webexForTest();
    const { access_token } = control.grant({ orgId: acme, scopes: ['spark-admin:people_read'] });
    expect((await get(users, access_token)).status).toBe(403);
  });
});

describe('one user', () => {
  it('is found by id or as me, with the attributes asked for', async () => {
    const { get, search, control } = await scimForTest();
    const [first, second] = (await search('count=2')).Resources;
    expect((await get(`${users}/${second!.id}`)).body).toEqual(second);
    expect((await get(`${users}/me?attributes=userName`)).body).toEqual({
      schemas: first!.schemas,
      id: first!.id,
      userName: 'admin@acme.example',
    });
    const [stranger] = control.peopleList(globex);
    expect((await get(`${users}/${stranger!.id}`)).status).toBe(404);
  });

  it('is visible to a member only as me', async () => {
    const { get, search, control } = await scimForTest();
    const [administrator] = (await search('count=1')).Resources;
    const { access_token } = control.grant({ orgId: acme, email: 'member@acme.example' });
    expect((await get(`${users}/me`, access_token)).body.userName).toBe('member@acme.example');
    expect((await get(`${users}/${administrator!.id}`, access_token)).status).toBe(403);
  });
});

describe('what is not known for sure', () => {
  it('counts and lists rooms after the people if the setting says so', async () => {
    const { search, get, control } = await scimForTest();
    expect((await search('count=0')).totalResults).toBe(250);
    control.settings({ scim: { rooms: 12 } });
    const page = await search('startIndex=249&count=100');
    expect(page.totalResults).toBe(262);
    expect(page.Resources.map(({ userType }) => userType)).toEqual(['user', 'user', ...Array(12).fill('room')]);
    expect((await search('startIndex=252&count=3')).Resources).toEqual(page.Resources.slice(3, 6));
    const room = page.Resources.at(-1)!;
    expect((await get(`${users}/${room.id}`)).body).toEqual(room);
    expect((await search({ filter: 'userType eq "room"', count: '0' })).totalResults).toBe(12);
    expect((await get('/v1/people?max=1000')).body.items).toHaveLength(250);
  });

  it.each([
    ['often_absent', undefined, ['disabled']],
    ['list', ['active'], ['disabled']],
    ['text', 'active', 'disabled'],
  ] as const)('has the account status as %s', async (accountStatus, active, disabled) => {
    const { search, control } = await scimForTest();
    control.settings({ scim: { accountStatus } });
    const [first, second] = control.peopleList(acme);
    control.people({ orgId: acme, update: [{ id: second!.id, loginEnabled: false, invitePending: false }] });
    const found = new Map((await search('count=2')).Resources.map((user) => [user.id, user[cisco].accountStatus]));
    expect([found.get(first!.id), found.get(second!.id)]).toEqual([active, disabled]);
  });

  it.each(['extension', 'top'] as const)("has the organization's id in meta of: %s", async (organizationId) => {
    const { search, control } = await scimForTest();
    control.settings({ scim: { organizationId } });
    const [user] = (await search('count=1')).Resources;
    const { meta } = organizationId === 'top' ? user! : user![cisco];
    expect(meta!.organizationID).toBe(acme);
    expect(JSON.stringify(user).match(/organizationID/g)).toHaveLength(1);
  });
});
