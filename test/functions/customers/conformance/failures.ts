/** Every documented failure that Webex does not cause. */

import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { feedCursor } from '../../../../shared/domain/change-feed.ts';
import { day } from '../../../../shared/domain/time.ts';
import { maxBodyBytes } from '../../../../shared/http/request-body.ts';
import type { Sent } from '../api.ts';
import { any, api, changeConnection, endpointsWith, example, expectFailure, fields, ids, key } from './world.ts';

describe('every documented failure', () => {
  it('that any endpoint may respond with', async () => {
    const reader = await api.token([{ hierarchy: 'sys', role: 'reader' }]);
    const tokens = await api.token([{ hierarchy: 'sys', role: 'token_reader' }]);
    const nothing = await api.token([]);
    for (const { path: template, method, entry } of endpointsWith()) {
      const { path, body } = example(entry.operationId);
      const sent: Sent = { headers: any, ...(body && { body }) };
      await expectFailure([400, 'invalid_request'], method, `${path}?nonsense=1`, sent);
      if (entry.security) continue;
      await expectFailure([401, 'unauthenticated'], method, path, { ...sent, token: undefined });
      const weak = entry.operationId === 'listCustomers' ? nothing : entry['x-role'] === 'reader' ? tokens : reader;
      await expectFailure([403, 'permission_denied'], method, path, { ...sent, token: weak });
      for (const [breakage, expected] of [
        [{ identity: true }, [503, 'identity_unavailable']],
        [{ store: 'unavailable' }, [503, 'store_unavailable']],
        [{ store: 'bug' }, [500, 'internal']],
      ] as const) {
        Object.assign(api.broken, breakage);
        const answer = await expectFailure(expected as never, method, path, sent);
        expect(answer.text).not.toContain('secret things');
        Object.assign(api.broken, { store: undefined, identity: undefined });
      }
      if (template.includes('{')) {
        const other = path.replace(template.startsWith('/operations') ? ids.operation : ids.customer, randomUUID());
        await expectFailure([404, 'not_found'], method, other, sent);
      }
      if (method === 'GET') continue;
      const large = { ...sent, raw: JSON.stringify({ name: 'x'.repeat(maxBodyBytes) }) };
      await expectFailure([413, 'request_too_large'], method, path, large);
      const packed = { headers: { ...any, 'content-encoding': 'nonsense' }, raw: '{}' };
      await expectFailure([415, 'unsupported_media_type'], method, path, packed);
      await expectFailure([400, 'invalid_request'], method, path, { headers: any, raw: '{"name":' });
      await expectFailure([400, 'invalid_request'], method, path, { headers: any, body: { nonsense: 'x' } });
      if (!body) continue;
      const text = { headers: { ...any, 'content-type': 'text/plain' }, raw: '{}' };
      await expectFailure([415, 'unsupported_media_type'], method, path, text);
    }
  });

  it('of a precondition', async () => {
    for (const { method, entry } of endpointsWith('version_required')) {
      const { path, body } = example(entry.operationId);
      await expectFailure([428, 'version_required'], method, path, { ...(body && { body }) });
      const old = { headers: { 'if-match': '"old", W/"older"' }, ...(body && { body }) };
      await expectFailure([412, 'version_mismatch'], method, path, old);
      await expectFailure([400, 'invalid_request'], method, path, { ...old, headers: { 'if-match': '"unbalanced' } });
      api.broken.store = 'conflict';
      await expectFailure([409, 'busy'], method, path, { headers: any, ...(body && { body }) });
      delete api.broken.store;
    }
  });

  it('of an idempotency key', async () => {
    const used = key();
    const created = await api.call('POST', '/', { headers: used, body: fields() });
    expect(created.status).toBe(201);
    for (const { method, entry } of endpointsWith('idempotency_key_reused')) {
      const { path, body } = example(entry.operationId);
      await expectFailure([422, 'idempotency_key_reused'], method, path, { headers: used, ...(body && { body }) });
      const odd = { headers: { 'idempotency-key': 'has spaces' }, ...(body && { body }) };
      await expectFailure([400, 'invalid_request'], method, path, odd);
      api.broken.store = 'conflict';
      await expectFailure([409, 'busy'], method, path, { headers: key(), ...(body && { body }) });
      delete api.broken.store;
    }
  });

  it('of the sealing keys', async () => {
    api.broken.secrets = true;
    for (const { method, entry } of endpointsWith('secrets_unavailable')) {
      const { path, body } = example(entry.operationId);
      const paged = entry.parameters.some(({ name }) => name === 'page_token');
      const pasted = entry.operationId === 'changeCustomer' && { token: 'x'.repeat(20), refresh_token: 'y'.repeat(20) };
      const sent = { headers: { ...any, ...key() }, ...(body && { body: { ...body, ...pasted } }) };
      await expectFailure([503, 'secrets_unavailable'], method, paged ? `${path}?page_token=x` : path, sent);
    }
    delete api.broken.secrets;
  });

  it('of a name or number that another customer has', async () => {
    const twice = fields();
    await api.call('POST', '/', { body: twice });
    const { body } = await expectFailure([409, 'already_exists'], 'POST', '/', { body: twice });
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['/account_number', '/name']);
    const taken = { headers: any, body: { account_number: twice.account_number } };
    await expectFailure([409, 'already_exists'], 'PATCH', `/${ids.absent}`, taken);
    await expectFailure([400, 'invalid_request'], 'PATCH', `/${ids.customer}`, taken);
  });

  it('of a cursor', async () => {
    const since = feedCursor({ revision: 1, completeAt: api.ports.clock.now() - 91 * day });
    await expectFailure([410, 'cursor_expired'], 'GET', `/${ids.customer}/users?since=${since}`);
    await expectFailure([400, 'invalid_request'], 'GET', `/${ids.customer}/users?since=nonsense`);
  });

  it('of a customer that no administrator has authorized', async () => {
    for (const action of [':refresh', ':sync', ':accessToken']) {
      await expectFailure([409, 'not_connected'], 'POST', `/${ids.absent}${action}`);
    }
    await changeConnection(({ grant: _grant, ...connection }) => ({ ...connection, state: 'absent' }));
    await expectFailure([409, 'not_connected'], 'POST', `/${ids.customer}/users/${ids.user}:sync`);
  });
});
