/** The typed client as a portal uses it: through the package's own export, against a real server. */

import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Customer, CustomersError, createCustomersClient, unwrap } from 'webex-customer-access/client';
import { sampleOrganizations } from '../../../local/webex/sample.ts';
import { type Api, everything, startApi } from './api.ts';

const acme = sampleOrganizations[0]!;
let api: Api;
let client: ReturnType<typeof createCustomersClient>;
beforeAll(async () => {
  api = await startApi();
  const token = await api.token(everything);
  client = createCustomersClient({ url: `${api.url}/`, idToken: () => token });
});
afterAll(() => api.close());

describe('the typed client', () => {
  it('is what the OpenAPI document says', async () => {
    const script = join(import.meta.dirname, '../../../scripts/generate-client.ts');
    await expect(promisify(execFile)(process.execPath, [script, '--check'])).resolves.toBeDefined();
  });

  it('takes a portal from a pasted pair of tokens to its users', async () => {
    const pair = api.webex.control.grant({ orgId: acme.id });
    const body = { hierarchy: 'sys.p', name: 'Acme', account_number: acme.id, token: pair.access_token };
    const tokens = { refresh_token: pair.refresh_token, token_repeat: pair.access_token };
    const headers = { 'Idempotency-Key': randomUUID() };
    const created: Customer = unwrap(
      await client.POST('/', { params: { header: headers }, body: { ...body, ...tokens } }),
    );
    expect(created.connection).toMatchObject({ state: 'active', organization_name: acme.name });
    expect(JSON.stringify(created)).not.toContain(pair.access_token);
    // Storing the tokens has requested the first sync.
    await api.deliver();
    const path = { id: created.id };
    const { syncs } = unwrap(await client.GET('/{id}/syncs', { params: { path } }));
    expect(syncs[0]).toMatchObject({ state: 'done', counts: { added: acme.people } });
    const { users } = unwrap(await client.GET('/{id}/users', { params: { path, query: { page_size: 10 } } }));
    expect(users).toHaveLength(10);
    const { access_token: token } = unwrap(await client.POST('/{id}:accessToken', { params: { path } }));
    expect(token).not.toBe('');
    const changed = unwrap(
      await client.PATCH('/{id}', {
        params: { path, header: { 'If-Match': `"${created.etag}"` } },
        body: { name: 'Acme, renamed' },
      }),
    );
    expect(changed.name).toBe('Acme, renamed');
  });

  it('throws the problem that the API answers', async () => {
    const failed = client.GET('/{id}', { params: { path: { id: randomUUID() } } }).then(unwrap);
    await expect(failed).rejects.toBeInstanceOf(CustomersError);
    await expect(failed).rejects.toMatchObject({ status: 404, code: 'not_found' });
  });

  it('sends the token also in the header that the platform checks', async () => {
    const sent: Request[] = [];
    const watched = createCustomersClient({
      url: 'https://customers.example.com',
      idToken: async () => 'signed',
      fetch: async (request) => {
        sent.push(request);
        return Response.json({ customers: [], next_page_token: null });
      },
    });
    await watched.GET('/');
    expect(sent[0]!.headers.get('authorization')).toBe('Bearer signed');
    expect(sent[0]!.headers.get('x-serverless-authorization')).toBe('Bearer signed');
  });
});
