import { expect, it } from 'vitest';
import { bareId, webexId } from '../../../../local/webex/ids.ts';
import { webexForTest } from '../fixture.ts';

it('lists the licences that people have, and roles', async () => {
  const { get } = await webexForTest();
  const licenses = (await get('/v1/licenses')).body.items;
  const assigned = (await get('/v1/people?max=250')).body.items.flatMap((person) => person.licenses as string[]);
  expect(new Set(licenses.map(({ id }) => id))).toEqual(new Set(assigned));
  expect(licenses.map(({ name }) => name)).toContain('Webex Calling - Professional');
  expect((await get('/v1/roles')).body.items[0]).toEqual({
    id: webexId('ROLE', 'id_full_admin'),
    name: 'Full Administrator',
  });
});

it.each(['licenses', 'roles', 'organizations'])('shows one of the %s by its id, bare or not', async (list) => {
  const { get } = await webexForTest();
  const [entry] = (await get(`/v1/${list}`)).body.items;
  expect((await get(`/v1/${list}/${entry!.id}`)).body).toEqual(entry);
  expect((await get(`/v1/${list}/${encodeURIComponent(bareId(entry!.id))}`)).body).toEqual(entry);
  expect((await get(`/v1/${list}/unknown`)).status).toBe(404);
});
