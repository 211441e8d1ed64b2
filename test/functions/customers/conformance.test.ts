/**
 * Every documented operation, success and error is called forth on a real server; each exchange is judged by the OpenAPI
 * document (contract.ts), and the last test says what is documented and was never seen.
 */

import { createHash, randomUUID } from 'node:crypto';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultRule } from '../../../local/webex/faults/rules.ts';
import { sampleOrganizations } from '../../../local/webex/sample.ts';
import { feedCursor } from '../../../shared/domain/change-feed.ts';
import type { Connection } from '../../../shared/domain/connection.ts';
import type { Customer } from '../../../shared/domain/customer.ts';
import { day } from '../../../shared/domain/time.ts';
import { webexId } from '../../../shared/domain/webex-id.ts';
import { maxBodyBytes } from '../../../shared/http/request-body.ts';
import { connectionPath, customerPath, verifiedOrganizationPath } from '../../../shared/storage/layout.ts';
import { connectedCustomer, giveGrant } from '../../support/ports.ts';
import { type Answer, type Api, type Sent, startApi } from './api.ts';
import { contractOf } from './contract.ts';

const [acme, globex] = sampleOrganizations as [(typeof sampleOrganizations)[0], (typeof sampleOrganizations)[0]];
let api: Api;
/** Of Acme: connected and synced, with removals that wait. */
let customer: string;
let user: string;
/** Nobody has authorized it. */
let absent: string;
let run: string;
let operation: string;

const key = () => ({ 'idempotency-key': randomUUID() });
const any = { 'if-match': '*' };
const fields = (more: object = {}) => ({
  hierarchy: 'sys.p.new',
  name: `Customer ${randomUUID()}`,
  account_number: randomUUID(),
  ...more,
});

beforeAll(async () => {
  api = await startApi();
  const { ports, webex } = api;
  customer = await connectedCustomer(ports, webex, acme);
  await synced();
  user = [...webex.control.peopleList(acme.id)][0]!.id;
  absent = (await api.call('POST', '/', { body: fields() })).body.id;
  operation = (await api.call('POST', '/operations', { body: { action: 'sync', hierarchy: 'sys' } })).body.id;
  await api.deliver();
  run = await held();
}, 60_000);
afterAll(() => api.close());

/** A new run that holds removals. */
async function held(): Promise<string> {
  api.webex.control.people({ orgId: acme.id, churn: { seed: 7, add: 0, change: 0, remove: 60 } });
  return synced();
}

/** Syncs Acme; answers the run. */
async function synced(): Promise<string> {
  const { body } = await api.call('POST', `/${customer}:sync`);
  await api.deliver();
  return body.id;
}

async function expectFailure(expected: [number, string], method: string, path: string, sent?: Sent): Promise<Answer> {
  const answer = await api.call(method, path, sent);
  expect([answer.status, answer.body?.code], answer.text).toEqual(expected);
  return answer;
}

/** The path of an operation with real ids, and a body that it takes. */
function example(id: string): { path: string; body?: object } {
  const bodies: Record<string, object> = {
    createCustomer: fields(),
    changeCustomer: { name: 'Acme, again' },
    startOperation: { action: 'connect', hierarchy: 'sys.p' },
  };
  const [template] = Object.entries(api.document.paths).find(([, methods]) =>
    Object.values(methods).some(({ operationId }) => operationId === id),
  )!;
  const path = template
    .replace('{id}', customer)
    .replace('{sync}', run)
    .replace('{user}', user)
    .replace('{operation}', operation);
  return { path, ...(bodies[id] && { body: bodies[id] }) };
}

describe('the document', () => {
  it('is valid OpenAPI 3.1 to a validator that is not ours', async () => {
    const result = await new Validator().validate(structuredClone(api.document) as never);
    expect(result).toMatchObject({ valid: true });
  });

  it('shows an example for every body and every answer, and each fits its schema', () => {
    const { judge, check } = contractOf(api.document);
    for (const [path, methods] of Object.entries(api.document.paths)) {
      for (const [method, { responses, operationId }] of Object.entries(methods)) {
        for (const [status, { content, headers = {} }] of Object.entries(responses)) {
          for (const [type, { schema, examples = {} }] of Object.entries(content ?? {})) {
            if (type === 'text/html' || operationId === 'getOpenApi') continue;
            expect(Object.keys(examples).length, `${method} ${path} ${status}`).toBeGreaterThan(0);
            for (const { value, $ref } of Object.values(examples)) {
              const shown = value ?? api.document.components.examples[$ref!.split('/').at(-1)!]!.value;
              check(schema, shown, `the example of ${operationId} ${status}`);
              if (Number(status) < 300) continue;
              const all = new Headers({ 'content-type': type });
              for (const name of Object.keys(headers)) all.set(name, 'x');
              const answer = { status: Number(status), headers: all, text: JSON.stringify(shown) };
              judge({ method, path: path.replaceAll(/\{\w+\}/g, 'x'), headers: {}, answer });
            }
          }
        }
      }
    }
  });

  it('is served, with the page and the model, to anybody', async () => {
    for (const path of ['/openapi.json', '/docs', '/schema']) {
      expect((await api.call('GET', path, { token: undefined })).status).toBe(200);
    }
    expect((await api.call('GET', '/openapi.json')).body).toEqual(JSON.parse(JSON.stringify(api.document)));
  });

  it('has a page that asks nobody for anything', async () => {
    const { text, headers } = await api.call('GET', '/docs');
    const style = /<style>([\s\S]*)<\/style>/.exec(text)![1]!;
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers.get('content-security-policy')).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
    expect(text).not.toMatch(/<(script|link|img|iframe)|url\(|@import|style=|\son\w+=/i);
    for (const methods of Object.values(api.document.paths)) {
      for (const { operationId } of Object.values(methods)) expect(text).toContain(`id="${operationId}"`);
    }
  });

  it('gives the model as in the source', async () => {
    const { body } = await api.call('GET', '/schema');
    const row = (name: string) => body.fields.find((field: { field_name: string }) => field.field_name === name);
    expect(body.fields.map((field: { field_name: string }) => field.field_name)).toEqual([
      'name',
      'account_number',
      'token',
      'refresh_token',
      'access_token_expires',
      'refresh_token_expires',
      'http_proxy',
      'https_proxy',
      'shadow',
      'shadow.[n].name',
    ]);
    expect(row('name')).toMatchObject({ title: 'Customer Name', required: true, type: 'String' });
    expect(row('token')).toMatchObject({ title: 'Admin Access Token', is_password: true });
    expect(row('shadow')).toMatchObject({ type: 'Array', cardinality: '[0..1]' });
    expect(row('shadow.[n].name')).toMatchObject({ max_length: 1024, required: true });
  });
});

describe('every operation succeeds', () => {
  it('on customers', async () => {
    await api.call('GET', '/?hierarchy=sys&state=active&order_by=name%20desc&page_size=2&missing_scope=any');
    const created = await api.call('POST', '/', {
      body: fields({
        account_number: webexId('ORGANIZATION', randomUUID()),
        http_proxy: 'http://user:secret@10.10.10.10:8123',
        shadow: [{ name: 'Shadow' }],
        sync: { every_hours: 6 },
      }),
    });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ http_proxy: 'http://user:****@10.10.10.10:8123/', sync: { every_hours: 6 } });
    const path = `/${created.body.id}`;
    const etag = { 'if-match': created.headers.get('etag')! };
    const patched = await api.call('PATCH', path, { headers: etag, body: { name: 'New name', http_proxy: null } });
    expect(patched.body).toMatchObject({ name: 'New name', http_proxy: null, sync: { every_hours: 6 } });
    expect((await api.call('GET', path)).body).toEqual(patched.body);
    expect((await api.call('DELETE', path, { headers: { 'if-match': `"${patched.body.etag}"` } })).status).toBe(204);
  });

  it('on one customer', async () => {
    expect((await api.call('POST', `/${customer}:refresh`, { headers: key() })).body.outcome).toBe('refreshed');
    expect((await api.call('POST', `/${customer}:connect`)).body.url).toMatch(/^http/);
    const { body } = await api.call('POST', `/${customer}:accessToken`);
    expect(api.webex.control.tokens(acme.id).accessTokens.map(({ value }) => value)).toContain(body.access_token);
    expect((await api.call('GET', `/${customer}/events`)).body.events[0]).toMatchObject({
      type: 'access_token_revealed',
      by: 'portal@example.com',
      request: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it('on syncs and held removals', async () => {
    expect((await api.call('GET', `/${customer}/syncs?page_size=1`)).body.syncs[0].held.state).toBe('waiting');
    expect((await api.call('GET', `/${customer}/syncs/${run}/held`)).body.people).toHaveLength(60);
    expect((await api.call('POST', `/${customer}/syncs/${run}:reject`)).body.held.state).toBe('rejected');
    const again = await held();
    const carried = await api.call('POST', `/${customer}/syncs/${again}:approve`);
    expect(carried.body).toMatchObject({ state: 'queued', approves: again });
    await api.deliver();
    expect((await api.call('GET', `/${customer}/syncs/${carried.body.id}`)).body).toMatchObject({ state: 'done' });
    await expectFailure([409, 'conflict'], 'POST', `/${customer}/syncs/${run}:approve`);
    await expectFailure([409, 'conflict'], 'POST', `/${customer}/syncs/${again}:reject`);
    run = again;
  });

  it('on users', async () => {
    const ids: string[] = [];
    let path = `/${customer}/users?page_size=50`;
    for (let token: string | null = ''; token !== null; ) {
      const { body } = await api.call('GET', `${path}${token && `&page_token=${token}`}`);
      ids.push(...body.users.map(({ id }: { id: string }) => id));
      token = body.next_page_token;
    }
    expect(ids.toSorted()).toEqual([...api.webex.control.peopleList(acme.id)].map(({ id }) => id).toSorted());
    user = ids[0]!;
    const one = await api.call('GET', `/${customer}/users/${webexId('PEOPLE', user)}`);
    expect((await api.call('GET', `/${customer}/users?email=${one.body.emails[0]}`)).body.users[0].id).toBe(user);
    expect((await api.call('POST', `/${customer}/users/${user}:sync`)).body.outcome).toBe('unchanged');
    path = `/${customer}/users?page_size=100&since=`;
    const gone: string[] = [];
    for (let more = true, since = ''; more; ) {
      const { body } = await api.call('GET', path + since);
      for (const { id, status } of body.users) if (status === 'removed') gone.push(id);
      [more, since] = [body.more, body.next_since];
    }
    expect(gone.length).toBeGreaterThanOrEqual(60);
  });

  it('on many customers', async () => {
    await api.deliver();
    const progress = await api.call('GET', `/operations/${operation}`);
    expect(progress.body).toMatchObject({ state: 'done', counts: { done: 1, failed: 0 } });
    const links = await api.call('POST', '/operations', {
      headers: key(),
      body: { action: 'connect', hierarchy: 'sys.p', state: 'absent' },
    });
    await api.deliver();
    const { body } = await api.call('GET', `/operations/${links.body.id}/results?page_size=1`);
    expect(body.results[0]).toMatchObject({ outcome: 'done', url: expect.stringMatching(/^http.*connect/) });
  });

  it('on a syncing customer', async () => {
    expect((await api.call('POST', `/${customer}:sync`, { headers: key() })).status).toBe(202);
    await api.deliver();
  });
});

describe('every documented error is answered', () => {
  const operations = () =>
    Object.entries(api.document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, entry]) => ({ path, method: method.toUpperCase(), entry })),
    );
  const documents = (entry: { responses: object }, code: string) =>
    Object.values(entry.responses).some((response) => response['x-codes']?.includes(code));

  it('whatever the operation', async () => {
    const reader = await api.token([{ hierarchy: 'sys', role: 'reader' }]);
    const tokens = await api.token([{ hierarchy: 'sys', role: 'token_reader' }]);
    const nothing = await api.token([]);
    for (const { path: template, method, entry } of operations()) {
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
        const other = path.replace(template.startsWith('/operations') ? operation : customer, randomUUID());
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

  it('for a state that has moved on', async () => {
    for (const { method, entry } of operations().filter((each) => documents(each.entry, 'version_required'))) {
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

  it('for an idempotency key of another request, or one under way', async () => {
    const used = key();
    const created = await api.call('POST', '/', { headers: used, body: fields() });
    expect(created.status).toBe(201);
    for (const { method, entry } of operations().filter((each) => documents(each.entry, 'idempotency_key_reused'))) {
      const { path, body } = example(entry.operationId);
      await expectFailure([422, 'idempotency_key_reused'], method, path, { headers: used, ...(body && { body }) });
      const odd = { headers: { 'idempotency-key': 'has spaces' }, ...(body && { body }) };
      await expectFailure([400, 'invalid_request'], method, path, odd);
      api.broken.store = 'conflict';
      await expectFailure([409, 'busy'], method, path, { headers: key(), ...(body && { body }) });
      delete api.broken.store;
    }
  });

  it('for what cannot be sealed or opened', async () => {
    api.broken.secrets = true;
    for (const { method, entry } of operations().filter((each) => documents(each.entry, 'secrets_unavailable'))) {
      const { path, body } = example(entry.operationId);
      const paged = entry.parameters.some(({ name }) => name === 'page_token');
      const pasted = entry.operationId === 'changeCustomer' && { token: 'x'.repeat(20), refresh_token: 'y'.repeat(20) };
      const sent = { headers: { ...any, ...key() }, ...(body && { body: { ...body, ...pasted } }) };
      await expectFailure([503, 'secrets_unavailable'], method, paged ? `${path}?page_token=x` : path, sent);
    }
    delete api.broken.secrets;
  });

  it('for names that are taken', async () => {
    const twice = fields();
    await api.call('POST', '/', { body: twice });
    const { body } = await expectFailure([409, 'already_exists'], 'POST', '/', { body: twice });
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['/account_number', '/name']);
    const taken = { headers: any, body: { account_number: twice.account_number } };
    await expectFailure([409, 'already_exists'], 'PATCH', `/${absent}`, taken);
    await expectFailure([400, 'invalid_request'], 'PATCH', `/${customer}`, taken);
  });

  it('for a cursor that is too old', async () => {
    const since = feedCursor({ revision: 1, completeAt: api.ports.clock.now() - 91 * day });
    await expectFailure([410, 'cursor_expired'], 'GET', `/${customer}/users?since=${since}`);
    await expectFailure([400, 'invalid_request'], 'GET', `/${customer}/users?since=nonsense`);
  });

  it('for a customer whom nobody has authorized', async () => {
    for (const action of [':refresh', ':sync', ':accessToken']) {
      await expectFailure([409, 'not_connected'], 'POST', `/${absent}${action}`);
    }
    await change(({ grant: _grant, ...connection }) => ({ ...connection, state: 'absent' }));
    await expectFailure([409, 'not_connected'], 'POST', `/${customer}/users/${user}:sync`);
  });

  const refresh: FaultRule['match'] = { grant: 'refresh_token' };
  const faults: [string, [number, string], FaultRule['match'], FaultRule['fault']][] = [
    ['is away', [502, 'webex_unavailable'], refresh, { status: 503 }],
    ['is overrun', [503, 'webex_rate_limited'], refresh, { status: 429, retryAfter: 3600 }],
    ['answers something new', [502, 'webex_unexpected'], refresh, { status: 418 }],
    ['refuses the grant', [502, 'grant_refused'], refresh, { status: 400, body: { error: 'invalid_grant' } }],
    ['refuses us', [502, 'client_refused'], refresh, { status: 401, body: { error: 'invalid_client' } }],
  ];
  const asking = () => [`/${customer}:refresh`, `/${customer}:accessToken`, `/${customer}/users/${user}:sync`];

  it.each(faults)('where Webex %s', async (_, expected, match, fault) => {
    for (const path of asking()) {
      await freshGrant();
      const { id } = api.webex.control.faults({ match, fault, times: 'always' });
      await expectFailure(expected, 'POST', path);
      api.webex.control.clearFaults(id);
    }
  });

  it('where the customer has a proxy of ours', async () => {
    const read = (await api.ports.store.get<Customer>(customerPath(customer)))!;
    const proxied = { ...read.data, httpProxy: 'http://169.254.169.254:80' };
    await api.ports.store.commit([{ set: read.path, data: proxied }]);
    for (const path of asking()) {
      await freshGrant();
      await expectFailure([409, 'proxy_refused'], 'POST', path);
    }
    await api.ports.store.commit([{ set: read.path, data: read.data }]);
  });

  it('where the grant has ended', async () => {
    await freshGrant();
    await change((connection, now) => ({ ...connection, state: 'reauthorization_required', retriedAt: now }));
    for (const path of asking()) await expectFailure([409, 'reauthorization_required'], 'POST', path);
  });

  it('where Webex refuses a look at one person', async () => {
    await freshGrant(false);
    for (const [status, expected] of [
      [401, [502, 'webex_unauthorized']],
      [403, [502, 'webex_forbidden']],
    ] as const) {
      const match = { path: 'people/' };
      const { id } = api.webex.control.faults({ match, fault: { status }, times: 'always' });
      await expectFailure(expected as never, 'POST', `/${customer}/users/${user}:sync`);
      api.webex.control.clearFaults(id);
    }
    const nobody = await api.call('POST', `/${customer}/users/${randomUUID()}:sync`);
    expect(nobody.body).toEqual({ outcome: 'not_found', user: null });
  });

  it('while the only pair is not verified yet', async () => {
    await freshGrant(false);
    await change(({ grant, ...rest }, now) => ({
      ...rest,
      pending: { ...grant!, id: 'p', source: 'pasted', receivedAt: now, tries: 0 },
      lease: { owner: 'another worker', endsAt: now + 60_000 },
    }));
    await expectFailure([409, 'busy'], 'POST', `/${customer}:accessToken`);
    await freshGrant(false);
  });

  it('for pasted tokens that do not fit', async () => {
    const paste = (pair: { access_token: string; refresh_token?: string }) => ({
      token: pair.access_token,
      refresh_token: pair.refresh_token,
    });
    const { control } = api.webex;
    const wrong = paste(control.grant({ orgId: acme.id }));
    const few = paste(control.grant({ orgId: globex.id, scopes: ['spark-admin:people_read'] }));
    control.addOrganization({ id: '11111111-2222-4333-8444-555555555555', name: 'Initech', people: 3, members: [] });
    const member = paste(control.grant({ orgId: acme.id, email: acme.members![0]!.email }));
    const good = () => paste(control.grant({ orgId: globex.id }));
    const create = (body: object) => ['POST', '/', { body: fields({ account_number: globex.id, ...body }) }] as const;
    const change = (body: object) => ['PATCH', `/${absent}`, { headers: any, body }] as const;

    await expectFailure([403, 'wrong_organization'], ...create(wrong));
    await expectFailure([403, 'scopes_missing'], ...create(few));
    // Another provider's customer has the organization.
    const claim = verifiedOrganizationPath(globex.id);
    await api.ports.store.commit([{ set: claim, data: { customerId: customer }, if: 'absent' }]);
    await expectFailure([409, 'organization_connected'], ...create(good()));
    await api.call('PATCH', `/${absent}`, { headers: any, body: { account_number: globex.id } });
    await expectFailure([409, 'organization_connected'], ...change(good()));
    await api.ports.store.commit([{ delete: claim }]);
    await api.call('PATCH', `/${absent}`, { headers: any, body: { account_number: randomUUID() } });
    const asMember = { account_number: acme.id, ...member };
    await api.call('DELETE', `/${customer}`, { headers: any });
    await expectFailure([403, 'administrator_required'], ...create(asMember));
    expect((await api.call('GET', '/?name_prefix=Customer')).status).toBe(200);

    await api.call('PATCH', `/${absent}`, { headers: any, body: { account_number: globex.id } });
    await expectFailure([403, 'wrong_organization'], ...change(wrong));
    await expectFailure([403, 'scopes_missing'], ...change(few));
    const bad = { token: 'x'.repeat(64), refresh_token: 'never-given-to-anybody' };
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

    const adopted = await api.call(...change(good()));
    expect(adopted.body).toMatchObject({ connection: { state: 'active', organization_name: 'Globex' } });
    expect(adopted.body.access_token_expires_in).toBeGreaterThan(3600);
    // A connection that works is not given up for a pair that nobody has proven.
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
    expect((await api.call('GET', `/${absent}`)).body.connection.state).toBe('active');
    // An account without a role, on both.
    control.changeRoles({ email: globex.administrators![0]!.email, roles: [] });
    await expectFailure([403, 'administrator_required'], ...change(good()));
  });

  /** A pair of Acme's; its access token is at its end, unless it is not to be. */
  async function freshGrant(atItsEnd = true): Promise<void> {
    await giveGrant(api.ports, customer, api.webex.control.grant({ orgId: acme.id }));
    if (!atItsEnd) return;
    await change((connection, now) => ({ ...connection, grant: { ...connection.grant!, accessExpiresAt: now - 1 } }));
  }

  async function change(to: (connection: Connection, now: number) => Connection): Promise<void> {
    const read = (await api.ports.store.get<Connection>(connectionPath(customer)))!;
    await api.ports.store.commit([{ set: read.path, data: to(read.data, api.ports.clock.now()) }]);
  }
});

describe('tokens together with another account number', () => {
  it('are refused before Webex is asked: they would be kept under the old one', async () => {
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

describe('what is not documented', () => {
  it('is no operation', async () => {
    await expectFailure([404, 'not_found'], 'GET', '/a/b/c/d');
    await expectFailure([404, 'not_found'], 'GET', `/${absent}%2Fusers`);
    const { headers } = await expectFailure([405, 'method_not_allowed'], 'DELETE', '/schema');
    expect(headers.get('allow')).toBe('GET');
    await expectFailure([405, 'method_not_allowed'], 'PUT', `/${absent}`);
  });

  it('and what is documented has all been seen', () => {
    const missing = contractOf(api.document)
      .documented()
      .filter((each) => !api.seen.has(each));
    expect(missing).toEqual([]);
  });
});
