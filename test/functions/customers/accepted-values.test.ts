/** Values that every layer must accept: hierarchy names as portals have them, and whatever the API itself returns. */

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleOrganizations } from '../../../local/webex/sample.ts';
import { engineName, openStore } from '../../support/engine.ts';
import { connectedCustomer } from '../../support/ports.ts';
import { type Api, startApi } from './api.ts';

const acme = sampleOrganizations[0]!;
const any = { 'if-match': '*' };
const fields = (more: object = {}) => ({
  hierarchy: 'sys.provider',
  name: `Customer ${randomUUID()}`,
  account_number: randomUUID(),
  ...more,
});

let api: Api;
let customer: string;
beforeAll(async () => {
  api = await startApi({ store: openStore(), people: 12 });
  customer = await connectedCustomer(api.ports, api.webex, acme);
  await api.call('POST', `/${customer}:sync`);
  await api.deliver();
});
afterAll(() => api.close());

const create = async (more: object = {}, token?: string) =>
  api.call('POST', '/', { body: fields(more), ...(token !== undefined && { token }) });
const administratorOf = (hierarchy: string, id?: string) => api.token([{ hierarchy, role: 'administrator' }], id);

describe(`values that are accepted, on ${engineName}`, () => {
  describe('names of the hierarchy with spaces, hyphens and marks', () => {
    const nodes = ['sys.hcs.CS-P.CS-NB.Acme North', 'sys.O’Neil & Söhne (Süd).a b  c', 'sys.北海道.札幌 支店'];

    it.each(nodes)('%s is accepted in records, filters and grants', async (node) => {
      const token = await administratorOf(node);
      const created = await create({ hierarchy: node }, token);
      expect([created.status, created.body.hierarchy]).toEqual([201, node]);
      const listed = await api.call('GET', `/?hierarchy=${encodeURIComponent(node)}`, { token });
      expect(listed.body.customers.map(({ id }: { id: string }) => id)).toEqual([created.body.id]);
      const operation = await api.call('POST', '/operations', { token, body: { action: 'connect', hierarchy: node } });
      expect(operation.status).toBe(202);
      expect((await api.call('GET', `/operations/${operation.body.id}`, { token })).status).toBe(200);
      const moved = await api.call('PATCH', `/${created.body.id}`, {
        token,
        headers: any,
        body: { hierarchy: `${node}.One more` },
      });
      expect(moved.body.hierarchy).toBe(`${node}.One more`);
    });

    it('are compared in one form, whatever the form that was sent', async () => {
      const composed = 'sys.Söhne';
      const token = await administratorOf(composed);
      expect((await create({ hierarchy: composed.normalize('NFD') }, token)).body.hierarchy).toBe(composed);
    });

    it.each(['sys. a', 'sys.a ', 'sys.a. .b', 'sys..a', '.sys', 'sys.', 'sys.a\tb', 'sys.a\u2028b', 'sys.a\u200bb'])(
      '%j is not a path',
      async (hierarchy) => {
        // Spaces around the whole path are dropped, as in every other field.
        const expected = hierarchy.trim() === hierarchy ? 400 : 201;
        expect((await create({ hierarchy })).status).toBe(expected);
      },
    );
  });

  describe('what the API returns', () => {
    it('is accepted as a page token, however long the names are', async () => {
      const hierarchy = `sys.pages${randomUUID()}`;
      const names = ['\ufdfa'.repeat(255), '"\\'.repeat(127), '\u{1f600}'.repeat(255), 'ẞ'.repeat(255)];
      const made: string[] = [];
      for (const name of names) {
        for (const end of ['1', '2']) made.push((await create({ hierarchy, name: name + end })).body.id);
      }
      for (const order of ['name', 'name desc']) {
        const seen: string[] = [];
        for (let token: string | null = ''; token !== null; ) {
          const query = `hierarchy=${hierarchy}&page_size=1&order_by=${encodeURIComponent(order)}`;
          const path: string = `/?${query}${token && `&page_token=${token}`}`;
          const { status, body, text } = await api.call('GET', path);
          expect(status, text).toBe(200);
          seen.push(...body.customers.map(({ id }: { id: string }) => id));
          token = body.next_page_token;
        }
        expect(seen.toSorted()).toEqual(made.toSorted());
      }
    });

    it('is accepted as a filter: a name is a prefix of itself', async () => {
      for (const name of [`${'\u{1f600}'.repeat(200)}${randomUUID()}`, `${'\ufdfa'.repeat(200)}${randomUUID()}`]) {
        const { body } = await create({ name });
        const found = await api.call('GET', `/?name_prefix=${encodeURIComponent(body.name)}`);
        expect(found.body.customers.map(({ id }: { id: string }) => id)).toContain(body.id);
        const state = await api.call('GET', `/?state=${body.connection.state}&hierarchy=${body.hierarchy}`);
        expect(state.status).toBe(200);
      }
    });

    it('is accepted as an ETag, from the header and from the record', async () => {
      const created = await create();
      const path = `/${created.body.id}`;
      const patched = await api.call('PATCH', path, {
        headers: { 'if-match': created.headers.get('etag')! },
        body: { shadow: [{ name: 'one' }] },
      });
      const again = await api.call('PATCH', path, {
        headers: { 'if-match': patched.body.etag },
        body: { shadow: [{ name: 'two' }] },
      });
      expect(again.status).toBe(200);
      const stale = await api.call('PATCH', path, { headers: { 'if-match': patched.body.etag }, body: { shadow: [] } });
      expect(stale.status).toBe(412);
    });

    it('is accepted as fields of a change', async () => {
      const { body } = await create({ http_proxy: 'http://user:secret@10.10.10.10:8123', shadow: [{ name: 'S' }] });
      const { hierarchy, name, account_number, http_proxy, https_proxy, shadow, sync } = body;
      const sent = { hierarchy, name, account_number, http_proxy, https_proxy, shadow, sync };
      const changed = await api.call('PATCH', `/${body.id}`, { headers: any, body: sent });
      expect(changed.status).toBe(200);
      expect(changed.body).toMatchObject(sent);
    });

    it('is accepted as the id of a user', async () => {
      const { body } = await api.call('GET', `/${customer}/users`);
      expect(body.users.length).toBeGreaterThan(0);
      for (const { id, emails, display_name: name } of body.users) {
        expect((await api.call('GET', `/${customer}/users/${id}`)).body.id).toBe(id);
        const byName = await api.call('GET', `/${customer}/users?name_prefix=${encodeURIComponent(name)}`);
        const byEmail = await api.call('GET', `/${customer}/users?email=${encodeURIComponent(emails[0])}`);
        for (const found of [byName, byEmail]) expect(JSON.stringify(found.body.users)).toContain(id);
      }
    });
  });
});
