import { expect, it } from 'vitest';
import { acme, webexForTest } from './fixture.ts';

const users = `/identity/scim/${acme}/v2/Users`;
interface Found {
  totalResults: number;
  itemsPerPage: number;
  Resources: { id: string; userName: string; meta: { lastModified: string } }[];
}

it('tells how many people there are, and shows any window of them', async () => {
  const { get, control } = await webexForTest();
  const people = [...control.peopleList(acme)];
  const search = async (query: string) => (await get(`${users}?${query}`)).body as unknown as Found;
  expect(await search('count=0')).toMatchObject({ totalResults: 250, itemsPerPage: 0, Resources: [] });
  const page = await search('startIndex=241&count=20');
  expect(page.itemsPerPage).toBe(10);
  expect(page.Resources.map(({ id }) => id)).toEqual(people.slice(240).map(({ id }) => id));
  expect((await search('')).itemsPerPage).toBe(100);
});

it('shows what was modified last first, so that a sync may stop early', async () => {
  const { get, control } = await webexForTest();
  const [, , third, fourth] = control.peopleList(acme);
  control.people({ orgId: acme, update: [{ id: third!.id, title: 'Chief' }] });
  control.clock({ advanceMs: 1000 });
  control.people({ orgId: acme, update: [{ id: fourth!.id, title: 'Chief' }] });
  const { body } = await get(`${users}?sortBy=meta.lastModified&sortOrder=descending&count=250`);
  const found = (body as unknown as Found).Resources;
  expect(found.slice(0, 2).map(({ id }) => id)).toEqual([fourth!.id, third!.id]);
  const dates = found.map(({ meta }) => meta.lastModified);
  expect(dates).toEqual(dates.toSorted().reverse());
  expect(new Set(found.map(({ id }) => id)).size).toBe(250);
});

it('sorts by userName and id', async () => {
  const { get } = await webexForTest();
  for (const field of ['userName', 'id'] as const) {
    const { body } = await get(`${users}?sortBy=${field}&count=250`);
    const values = (body as unknown as Found).Resources.map((user) => user[field]);
    expect(values).toEqual(values.toSorted());
  }
});

it.each(['sortBy=title', 'sortOrder=up', 'startIndex=x', 'filter=userName%20eq%20%22a%22'])(
  'refuses %s',
  async (query) => {
    const { get } = await webexForTest();
    expect(await get(`${users}?${query}`)).toMatchObject({ status: 400, body: { status: '400' } });
  },
);

it('wants the scope for SCIM', async () => {
  const { get, control } = await webexForTest();
  const { access_token } = control.grant({ orgId: acme, scopes: ['spark-admin:people_read'] });
  expect((await get(users, access_token)).status).toBe(403);
});
