import { expect, it } from 'vitest';
import { webexId } from '../../../../local/webex/ids.ts';
import { webexForTest } from '../fixture.ts';

const big = '0f0e0d0c-0b0a-4908-8706-050403020100';

it('serves an organization of 300,000 people', async () => {
  const { control, get } = await webexForTest();
  control.addOrganization({ id: big, name: 'Umbrella', people: 300_000 });
  const { access_token } = control.grant({ orgId: big });

  const middle = Buffer.from('limit=1000&startIndex=150000').toString('base64url');
  const page = await get(`/v1/people?excludeStatus=true&max=1000&cursor=${middle}`, access_token);
  expect(page.body.items).toHaveLength(1000);
  const last = Buffer.from('limit=1000&startIndex=299000').toString('base64url');
  const end = await get(`/v1/people?excludeStatus=true&max=1000&cursor=${last}`, access_token);
  expect(end.body.items).toHaveLength(1000);
  expect(end.next).toBeUndefined();
  const found = await get(`/v1/people/${end.body.items.at(-1)!.id}`, access_token);
  expect(found.body.emails).toEqual(end.body.items.at(-1)!.emails);
});

it('gives each of 50,000 people a different id and address', async () => {
  const { control } = await webexForTest();
  control.addOrganization({ id: big, name: 'Umbrella', people: 50_000 });
  const people = [...control.peopleList(big)];
  expect(new Set(people.map(({ id }) => id)).size).toBe(50_000);
  expect(new Set(people.flatMap(({ emails }) => emails)).size).toBe(50_000);
  for (const { id } of people) {
    if (!/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)) expect.fail(id);
  }
});

it('serves a fleet of 10,000 customers', async () => {
  const { control, refresh, get } = await webexForTest();
  const tokens = Array.from({ length: 10_000 }, (_, index) => {
    const id = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
    control.addOrganization({ id, name: 'Customer', people: 10 });
    return control.grant({ orgId: id });
  });
  const { body } = await refresh(tokens[7777]!.refresh_token);
  const me = await get('/v1/people/me', body.access_token);
  expect(me.body.orgId).toBe(webexId('ORGANIZATION', '00000000-0000-4000-8000-000000007777'));
});
