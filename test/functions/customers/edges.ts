/** Requests at the edges of what each layer accepts, told for a store engine: refused at the edge, or accepted by every layer. */

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleOrganizations } from '../../../local/webex/sample.ts';
import type { CallerGrant } from '../../../shared/domain/caller.ts';
import type { Connection } from '../../../shared/domain/connection.ts';
import { hour } from '../../../shared/domain/time.ts';
import type { Store } from '../../../shared/ports.ts';
import { connectionPath } from '../../../shared/storage/layout.ts';
import { connectedCustomer, giveGrant } from '../../support/ports.ts';
import { type Api, startApi } from './api.ts';

const acme = sampleOrganizations[0]!;
const any = { 'if-match': '*' };
const fields = (more: object = {}) => ({
  hierarchy: 'sys.provider',
  name: `Customer ${randomUUID()}`,
  account_number: randomUUID(),
  ...more,
});

export function tellEdges(open: () => Store): void {
  let api: Api;
  let customer: string;
  beforeAll(async () => {
    api = await startApi({ store: open(), people: 12 });
    customer = await connectedCustomer(api.ports, api.webex, acme);
    await api.call('POST', `/${customer}:sync`);
    await api.deliver();
  });
  afterAll(() => api.close());

  const create = async (more: object = {}, token?: string) =>
    api.call('POST', '/', { body: fields(more), ...(token !== undefined && { token }) });
  const administratorOf = (hierarchy: string, id?: string) => api.token([{ hierarchy, role: 'administrator' }], id);
  const errorLines = () => api.ports.lines.filter(({ level }) => level === 'error');

  describe('an id that no document can have', () => {
    const ids = ['__x__', '____', '__proto__', '__a-b__'];
    const webexIds = ['..', '.', '__x__', 'a/', 'a//', '/'].map((text) =>
      Buffer.from(`ciscospark://us/PEOPLE/${text}`).toString('base64url'),
    );

    it('is not found, on every path and for every method', async () => {
      const before = errorLines().length;
      for (const [template, methods] of Object.entries(api.document.paths)) {
        for (const name of [...template.matchAll(/\{(\w+)\}/g)].map(([, each]) => each!)) {
          for (const id of name === 'user' ? [...ids, ...webexIds] : ids) {
            for (const method of Object.keys(methods)) {
              const path = template
                .replace(`{${name}}`, id)
                .replace('{id}', customer)
                .replaceAll(/\{\w+\}/g, randomUUID());
              const body = method === 'patch' ? { shadow: [] } : undefined;
              const sent = { headers: any, ...(body && { body }) };
              const { status, text } = await api.call(method.toUpperCase(), path, sent);
              expect(status, `${method} ${path} ${text}`).toBe(404);
            }
          }
        }
      }
      expect(errorLines().slice(before)).toEqual([]);
    });

    it('is refused in a field of a body as text that cannot be stored', async () => {
      const lone = '\ud800';
      for (const more of [{ name: lone }, { hierarchy: `sys.${lone}` }, { shadow: [{ name: lone }] }]) {
        expect((await create(more)).status).toBe(400);
      }
      for (const field of ['http_proxy', 'https_proxy']) {
        const { status, body } = await create({ [field]: `http://user:${lone}@10.10.10.10:8123` });
        expect([status, body.errors?.[0].pointer]).toEqual([400, `/${field}`]);
      }
    });
  });

  describe('a body', () => {
    it('of 30,000 nested arrays is refused, with and without a token', async () => {
      const before = errorLines().length;
      const raw = '['.repeat(30_000) + ']'.repeat(30_000);
      for (const [method, path] of [
        ['POST', `/${customer}:connect`],
        ['POST', `/${customer}:refresh`],
        ['POST', '/'],
        ['POST', '/operations'],
        ['PATCH', `/${customer}`],
      ] as const) {
        expect((await api.call(method, path, { raw, headers: any })).status).toBe(400);
        expect((await api.call(method, path, { raw, headers: any, token: undefined })).status).toBeLessThan(402);
      }
      expect(errorLines().slice(before)).toEqual([]);
    });

    it('that is not UTF-8 is refused, and nothing is stored', async () => {
      const text = JSON.stringify(fields({ name: 'Müller' }));
      for (const headers of [
        { 'content-type': 'application/json' },
        { 'content-type': 'application/merge-patch+json' },
        { 'content-type': 'application/json; charset=utf-8' },
      ]) {
        const raw = new Uint8Array(Buffer.from(text, 'latin1'));
        const { status, body } = await api.call('POST', '/', { raw, headers });
        expect([status, body.errors[0].detail]).toEqual([400, 'is not UTF-8']);
      }
      const declared = { 'content-type': 'application/json; charset=iso-8859-1' };
      const raw = new Uint8Array(Buffer.from(text, 'latin1'));
      expect((await api.call('POST', '/', { raw, headers: declared })).status).toBe(415);
      const { body } = await api.call('GET', `/?name_prefix=${encodeURIComponent('M')}`);
      expect(body.customers).toEqual([]);
    });

    it('in UTF-8 is stored as it was sent', async () => {
      const name = `Müller ${randomUUID()} 😀`;
      expect((await create({ name })).body.name).toBe(name);
    });
  });

  it.each([
    ['/?name_prefix=%FC', '?'],
    [`/?name_prefix=M%C3`, '?'],
    ['/%FC', 'path'],
    ['/?%FC=1', '?'],
  ])('the address %s, which is not percent-encoded UTF-8, is refused', async (path) => {
    const before = errorLines().length;
    expect((await api.call('GET', path)).status).toBe(400);
    expect(errorLines().slice(before)).toEqual([]);
  });

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
      '%j is no path',
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

  describe('callers of another node', () => {
    const grants = (hierarchy: string): CallerGrant[] => [{ hierarchy, role: 'administrator' }];

    it('learn nothing from an account number', async () => {
      const number = randomUUID();
      const [a, b] = [await administratorOf('sys.a', 'a@example.com'), await administratorOf('sys.b', 'b@example.com')];
      expect((await create({ hierarchy: 'sys.b', account_number: number }, b)).status).toBe(201);
      expect((await create({ hierarchy: 'sys.a', account_number: number }, a)).status).toBe(201);
      const mine = (await create({ hierarchy: 'sys.a.one' }, a)).body;
      const sibling = await api.token(grants('sys.a.two'), 'two@example.com');
      const refused = await create({ hierarchy: 'sys.a.two', account_number: mine.account_number }, sibling);
      expect([refused.status, refused.body.errors]).toEqual([
        409,
        [{ pointer: '/account_number', detail: 'cannot be used' }],
      ]);
      const told = await create({ hierarchy: 'sys.a.two', account_number: mine.account_number }, a);
      expect(told.body.errors[0].detail).toBe('is the account number of another customer');
    });

    it('keep an account number unique below their provider when a customer moves there', async () => {
      const number = randomUUID();
      const here = (await create({ hierarchy: 'sys.p1', account_number: number })).body;
      expect((await create({ hierarchy: 'sys.p2.x', account_number: number })).status).toBe(201);
      const move = (hierarchy: string) =>
        api.call('PATCH', `/${here.id}`, { headers: any, body: { hierarchy } }).then(({ status }) => status);
      expect(await move('sys.p2.y')).toBe(409);
      expect(await move('sys.p3')).toBe(200);
      expect((await create({ hierarchy: 'sys.p1.z', account_number: number })).status).toBe(201);
    });

    it('get no stored response of a customer that has left their node', async () => {
      const token = await administratorOf('sys.left', 'left@example.com');
      const { body: left } = await create({ hierarchy: 'sys.left' }, token);
      const headers = { 'idempotency-key': randomUUID() };
      const link = await api.call('POST', `/${left.id}:connect`, { token, headers });
      expect(link.status).toBe(201);
      expect((await api.call('POST', `/${left.id}:connect`, { token, headers })).text).toBe(link.text);
      await api.call('PATCH', `/${left.id}`, { headers: any, body: { hierarchy: 'sys.elsewhere' } });
      expect((await api.call('POST', `/${left.id}:connect`, { token, headers })).status).toBe(404);
    });

    it('get no stored response after they have lost the role', async () => {
      const headers = { 'idempotency-key': randomUUID() };
      const id = 'demoted@example.com';
      const [before, after] = [
        await api.token(grants('sys.role'), id),
        await api.token([{ hierarchy: 'sys.role', role: 'reader' }], id),
      ];
      const body = fields({ hierarchy: 'sys.role' });
      expect((await api.call('POST', '/', { token: before, headers, body })).status).toBe(201);
      expect((await api.call('POST', '/', { token: after, headers, body })).status).toBe(403);
    });

    it('get no results of an operation for customers that have left their node', async () => {
      const token = await administratorOf('sys.bulk', 'bulk@example.com');
      const [stays, leaves] = [
        (await create({ hierarchy: 'sys.bulk' })).body.id,
        (await create({ hierarchy: 'sys.bulk' })).body.id,
      ];
      const body = { action: 'connect', hierarchy: 'sys.bulk' };
      const { id } = (await api.call('POST', '/operations', { token, body })).body;
      await api.deliver();
      const results = async () =>
        (await api.call('GET', `/operations/${id}/results`, { token })).body.results.map(
          ({ customer: each }: { customer: string }) => each,
        );
      expect((await results()).toSorted()).toEqual([stays, leaves].toSorted());
      await api.call('PATCH', `/${leaves}`, { headers: any, body: { hierarchy: 'sys.elsewhere' } });
      expect(await results()).toEqual([stays]);
    });
  });

  it('an idempotency key is free again after a day, although the store still has its document', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const [first, second] = [fields(), fields()];
    const post = (body: object) => api.call('POST', '/', { headers, body });
    const start = () => api.call('POST', '/operations', { headers, body: { action: 'sync', hierarchy: 'sys.none' } });
    expect((await post(first)).status).toBe(201);
    expect((await post(second)).body.code).toBe('idempotency_key_reused');
    api.ports.clock.advance(25 * hour);
    expect((await post(second)).status).toBe(201);
    expect((await start()).body.code).toBe('idempotency_key_reused');
    api.ports.clock.advance(25 * hour);
    expect((await start()).status).toBe(202);
  });

  it('an account number is not changed beside a consent of the old organization', async () => {
    const { body: created } = await create();
    // The change has read a customer without a grant; the grant is stored before the change is committed.
    const grant = api.webex.control.grant({ orgId: acme.id });
    api.ports.store.beforeNext('commit', () => giveGrant(api.ports, created.id, grant), {
      path: connectionPath(created.id),
    });
    const sent = { headers: any, body: { account_number: randomUUID() } };
    const { status, body } = await api.call('PATCH', `/${created.id}`, sent);
    expect([status, body.errors?.[0].pointer]).toEqual([400, '/account_number']);
    const stored = await api.ports.store.get<Connection>(connectionPath(created.id));
    expect(stored?.data.grant).toBeDefined();
  });
}
