import { expect, it } from 'vitest';
import { webexId } from '../../../../local/webex/ids.ts';
import type { Person } from '../../../../local/webex/people/person.ts';
import { acme, administrator, webexForTest } from '../fixture.ts';

const byId = (people: Iterable<Person>) => new Map([...people].map((person) => [person.id, person]));

it('adds, changes and removes people, in the control and in the API', async () => {
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

it('restores a removed person under the same id', async () => {
  const { control } = await webexForTest();
  const gone = [...control.peopleList(acme)][100]!;
  control.people({ orgId: acme, remove: [gone.id] });
  control.people({ orgId: acme, upsert: [gone] });
  const back = byId(control.peopleList(acme)).get(gone.id)!;
  expect({ ...back, created: '', lastModified: '' }).toEqual({ ...gone, created: '', lastModified: '' });
});

it('adds, really changes and removes the given numbers of people, the same ones for the same seed', async () => {
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
  const withoutTime = (person: Person | undefined) => JSON.stringify({ ...person, lastModified: '' });
  const changed = [...after.keys()].filter(
    (id) => before.has(id) && withoutTime(before.get(id)) !== withoutTime(after.get(id)),
  );
  expect(changed.sort()).toEqual(result.changed.toSorted());
  expect([...after.values()].slice(0, 20).flatMap(({ emails }) => emails)).toContain(administrator.email);
  expect((await run()).result).toEqual(result);
});
