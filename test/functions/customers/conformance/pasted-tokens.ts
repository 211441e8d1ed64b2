/** Pasted tokens and proxies, which the API checks before it stores them. */

import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verifiedOrganizationPath } from '../../../../shared/storage/layout.ts';
import { acme, any, api, expectFailure, fields, globex, ids, key, refresh } from './world.ts';

describe('pasted tokens', () => {
  const paste = (pair: { access_token: string; refresh_token?: string }) => ({
    token: pair.access_token,
    refresh_token: pair.refresh_token,
  });
  const good = () => paste(api.webex.control.grant({ orgId: globex.id }));
  const change = (body: object) => ['PATCH', `/${ids.absent}`, { headers: any, body }] as const;

  it('are refused with the code that says why', async () => {
    const { control } = api.webex;
    const wrong = paste(control.grant({ orgId: acme.id }));
    const few = paste(control.grant({ orgId: globex.id, scopes: ['spark-admin:people_read'] }));
    control.addOrganization({ id: '11111111-2222-4333-8444-555555555555', name: 'Initech', people: 3, members: [] });
    const member = paste(control.grant({ orgId: acme.id, email: acme.members![0]!.email }));
    const create = (body: object) => ['POST', '/', { body: fields({ account_number: globex.id, ...body }) }] as const;

    await expectFailure([403, 'wrong_organization'], ...create(wrong));
    await expectFailure([403, 'scopes_missing'], ...create(few));
    // Another provider's customer has the organization.
    const claim = verifiedOrganizationPath(globex.id);
    await api.ports.store.commit([{ set: claim, data: { customerId: ids.customer }, if: 'absent' }]);
    await expectFailure([409, 'organization_connected'], ...create(good()));
    await api.call('PATCH', `/${ids.absent}`, { headers: any, body: { account_number: globex.id } });
    await expectFailure([409, 'organization_connected'], ...change(good()));
    await api.ports.store.commit([{ delete: claim }]);
    await api.call('PATCH', `/${ids.absent}`, { headers: any, body: { account_number: randomUUID() } });
    const asMember = { account_number: acme.id, ...member };
    await api.call('DELETE', `/${ids.customer}`, { headers: any });
    await expectFailure([403, 'administrator_required'], ...create(asMember));
    expect((await api.call('GET', '/?name_prefix=Customer')).status).toBe(200);

    await api.call('PATCH', `/${ids.absent}`, { headers: any, body: { account_number: globex.id } });
    await expectFailure([403, 'wrong_organization'], ...change(wrong));
    await expectFailure([403, 'scopes_missing'], ...change(few));
    const bad = { token: 'x'.repeat(64), refresh_token: 'never-issued-by-webex' };
    expect((await expectFailure([400, 'invalid_request'], ...change(bad))).body.errors[0].pointer).toBe(
      '/refresh_token',
    );
    const repeats = { ...good(), token_repeat: 'other' };
    expect((await expectFailure([400, 'invalid_request'], ...change(repeats))).body.errors[0].pointer).toBe(
      '/token_repeat',
    );
    control.settings({ clientSecrets: ['rotated'] });
    await expectFailure([502, 'client_refused'], ...create({ ...good(), account_number: randomUUID() }));
    await expectFailure([502, 'client_refused'], ...change(good()));
    control.settings({ clientSecrets: ['local-secret'] });
    api.broken.store = 'conflict';
    await expectFailure([409, 'busy'], ...create({ account_number: randomUUID() }));
    delete api.broken.store;
  });

  it('are stored when they are right, and then replaced only by a verified pair', async () => {
    const { control } = api.webex;
    const stored = await api.call(...change(good()));
    expect(stored.body).toMatchObject({ connection: { state: 'active', organization_name: 'Globex' } });
    expect(stored.body.access_token_expires_in).toBeGreaterThan(3600);
    // A connection that works is not replaced by a pair that has not been verified.
    for (const [fault, expected] of [
      [{ status: 503 }, [502, 'webex_unavailable']],
      [{ status: 429 }, [503, 'webex_rate_limited']],
      [{ status: 418 }, [502, 'webex_unexpected']],
    ] as const) {
      const { id } = control.faults({ match: refresh!, fault, times: 'always' });
      await expectFailure(expected as never, ...change(good()));
      control.clearFaults(id);
    }
    const proxied = { ...good(), http_proxy: 'http://169.254.169.254:80' };
    await expectFailure([409, 'proxy_refused'], ...change(proxied));
    expect((await api.call('GET', `/${ids.absent}`)).body.connection.state).toBe('active');
    const silent = control.faults({ match: { path: 'people/me' }, fault: { status: 503 }, times: 'always' });
    const waiting = await api.call(...change(good()));
    expect(waiting.body.connection).toMatchObject({
      state: 'active',
      pending: { source: 'pasted', tries: 1, failure: { code: 'webex_unavailable' } },
    });
    expect(waiting.text).not.toMatch(/sealed|eyJ/);
    control.clearFaults(silent.id);
    expect((await api.call(...change(good()))).body.connection.pending).toBeNull();
    // The account has lost its role.
    control.changeRoles({ email: globex.administrators![0]!.email, roles: [] });
    await expectFailure([403, 'administrator_required'], ...change(good()));
  });
});

describe('pasted tokens together with another account number', () => {
  it('are refused before Webex is called, because they would be stored under the old number', async () => {
    const created = await api.call('POST', '', { headers: key(), body: fields({ account_number: randomUUID() }) });
    const path = `/${created.body.id}`;
    const grant = api.webex.control.grant({ orgId: acme.id });
    const tokens = { token: grant.access_token, refresh_token: grant.refresh_token };
    const sent = { headers: { 'if-match': '*' }, body: { account_number: randomUUID(), ...tokens } };
    const refused = await api.call('PATCH', path, sent);
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer: '/account_number' }] } });
    expect((await api.call('GET', path)).body.connection.state).toBe('absent');
    expect(api.webex.control.isAlive(grant.refresh_token!)).toBe(true);
  });
});

describe('a proxy at a local address', () => {
  it.each(['http://127.0.0.1:8123', 'http://user:secret@localhost', 'http://[fd20:ce::254]', 'http://0x7f000001'])(
    '%s is refused where it is saved',
    async (proxy) => {
      const { ports } = api;
      ports.settings.allowLocalProxies = false;
      try {
        const body = { name: 'Proxied', account_number: randomUUID(), hierarchy: 'sys.provider', https_proxy: proxy };
        const refused = await api.call('POST', '', { headers: key(), body });
        expect(refused).toMatchObject({
          status: 400,
          body: {
            errors: [{ pointer: '/https_proxy', detail: 'must not have a loopback, link-local or metadata address' }],
          },
        });
        expect(refused.text).not.toContain('secret');
      } finally {
        ports.settings.allowLocalProxies = true;
      }
    },
  );
});
