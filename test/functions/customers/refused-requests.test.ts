/** Requests that a layer below would reject: the API refuses them at its edge, without an error line, because errors page the on-call engineer. */

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
const errorLines = () => api.ports.lines.filter(({ level }) => level === 'error');

describe(`requests that cannot be performed, on ${engineName}`, () => {
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
});
