/** Callers of one node learn nothing about another, and two simultaneous requests break nothing. */

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleOrganizations } from '../../../local/webex/sample.ts';
import type { CallerGrant } from '../../../shared/domain/caller.ts';
import type { Connection } from '../../../shared/domain/connection.ts';
import { hour } from '../../../shared/domain/time.ts';
import { connectionPath } from '../../../shared/storage/layout.ts';
import { engineName, openStore } from '../../support/engine.ts';
import { giveGrant } from '../../support/ports.ts';
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
beforeAll(async () => {
  api = await startApi({ store: openStore(), people: 12 });
});
afterAll(() => api.close());

const create = async (more: object = {}, token?: string) =>
  api.call('POST', '/', { body: fields(more), ...(token !== undefined && { token }) });
const administratorOf = (hierarchy: string, id?: string) => api.token([{ hierarchy, role: 'administrator' }], id);

describe(`tenants, on ${engineName}`, () => {
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
      const seen = await create({ hierarchy: 'sys.a.two', account_number: mine.account_number }, a);
      expect(seen.body.errors[0].detail).toBe('is the account number of another customer');
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

  it('two creations with one idempotency key exchange the pasted tokens once', async () => {
    const pair = api.webex.control.grant({ orgId: acme.id });
    const tokens = { token: pair.access_token, refresh_token: pair.refresh_token };
    const sent = {
      headers: { 'idempotency-key': randomUUID() },
      body: fields({ account_number: acme.id, hierarchy: 'sys.pasted', ...tokens }),
    };
    const [first, second] = await Promise.all([api.call('POST', '/', sent), api.call('POST', '/', sent)]);
    expect([first.status, second.text]).toEqual([201, first.text]);
    expect(first.body.connection.state).toBe('active');
    const events = await api.call('GET', `/${first.body.id}/events`);
    expect(events.body.events.filter(({ type }: { type: string }) => type === 'connected')).toHaveLength(1);
    await api.call('DELETE', `/${first.body.id}`, { headers: any });
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
});
