/**
 * What each role may do, derived from the document: roles × endpoints × nodes, and every endpoint with every kind of bad
 * token. google-auth-library verifies the tokens, with a certificate of the test.
 */

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApi } from '../../../functions/customers/api/openapi.ts';
import { endpoints } from '../../../functions/customers/customers.ts';
import { sampleOrganizations } from '../../../local/webex/sample.ts';
import { googleCallers, type TokenVerifier } from '../../../shared/adapters/google/callers.ts';
import { type Role, roles } from '../../../shared/domain/caller.ts';
import type { Callers } from '../../../shared/ports.ts';
import { connectedCustomer } from '../../support/ports.ts';
import { type Api, startApi } from './api.ts';
import { audience, fakeGoogle, type Google } from './google.ts';

const acme = sampleOrganizations[0]!;
/** The customer lies at `sys.provider`. */
const places = {
  'at its node': 'sys.provider',
  'above it': 'sys',
  'beside it': 'sys.provider2',
  'below it': 'sys.provider.customer',
  'where its name begins alike': 'sys.prov',
} as const;
const inside = (place: keyof typeof places) => place === 'at its node' || place === 'above it';

const document = openApi(endpoints);
const operations = Object.entries(document.paths).flatMap(([template, methods]) =>
  Object.entries(methods).map(([method, entry]) => ({ template, method: method.toUpperCase(), entry })),
);
const guarded = operations.filter(({ entry }) => !entry.security);

/** What each role includes, written down again: the matrix must not take it from the code that it tests. */
const includes: Record<Role, Role[]> = {
  reader: ['reader'],
  operator: ['reader', 'operator'],
  administrator: ['reader', 'operator', 'administrator'],
  token_reader: ['token_reader'],
};

const cells = guarded.flatMap((operation) =>
  roles.flatMap((role) =>
    (Object.keys(places) as (keyof typeof places)[]).map((place) => ({ ...operation, role, place })),
  ),
);

let google: Google;
let api: Api;
let customer: string;
let run: string;
let operation: string;
/** The caller in the configuration for each role and place. */
const emailOf = (role: Role, place: keyof typeof places) => `${role}.${places[place]}@example.com`;

beforeAll(async () => {
  google = await fakeGoogle('boss@example.com');
  const grants = roles.flatMap((role) =>
    (Object.keys(places) as (keyof typeof places)[]).map((place) => ({
      caller: emailOf(role, place),
      hierarchy: places[place],
      role,
    })),
  );
  const all = [...grants, ...roles.map((role) => ({ caller: 'boss@example.com', hierarchy: 'sys', role }))];
  api = await startApi({ callers: googleCallers(audience, all, google.verifier) });
  customer = await connectedCustomer(api.ports, api.webex, acme);
  const boss = await google.token();
  run = (await api.call('POST', `/${customer}:sync`, { token: boss })).body.id;
  const started = await api.call('POST', '/operations', {
    token: boss,
    body: { action: 'connect', hierarchy: 'sys.provider' },
  });
  operation = started.body.id;
});
afterAll(() => api.close());

const body = (id: string): object | undefined => {
  if (id === 'createCustomer') return { hierarchy: 'sys.provider', name: randomUUID(), account_number: randomUUID() };
  if (id === 'startOperation') return { action: 'connect', hierarchy: 'sys.provider' };
  return id === 'changeCustomer' ? { shadow: [] } : undefined;
};
const pathOf = (template: string) =>
  template
    .replace('{id}', customer)
    .replace('{sync}', run)
    .replace('{user}', randomUUID())
    .replace('{operation}', operation);

async function send(id: string, method: string, template: string, token: string | undefined) {
  const sent = body(id);
  // An allowed deletion is recognized by its failing precondition, so that the customer stays.
  const headers = { 'if-match': id === 'deleteCustomer' ? '"none"' : '*' };
  return api.call(method, pathOf(template), { token, headers, ...(sent && { body: sent }) });
}

describe('a role', () => {
  it.each(cells)('$role, $place: $method $template', async ({ entry, method, template, role, place }) => {
    const token = await google.token({ email: emailOf(role, place) });
    const { status, body: answer } = await send(entry.operationId, method, template, token);
    const may = inside(place) && includes[role].includes(entry['x-role'] as Role);
    if (entry.operationId === 'listCustomers') {
      expect(status).toBe(200);
      expect(answer.customers.some(({ id }: { id: string }) => id === customer)).toBe(may);
    } else if (may) {
      // Allowed: any other response is about the customer's state.
      expect([401, 403]).not.toContain(status);
      if (status === 404) expect(answer.detail).not.toMatch(/such (customer|operation)/);
    } else if (template === '/' || template === '/operations') {
      // The caller has named the node, so the refusal reveals nothing.
      expect([status, answer.code]).toEqual([403, 'permission_denied']);
    } else if (inside(place)) {
      expect([status, answer.code]).toEqual([403, 'permission_denied']);
    } else {
      expect([status, answer.code]).toEqual([404, 'not_found']);
    }
  });

  it('gets the same response for a customer of another node as for one that does not exist', async () => {
    const token = await google.token({ email: emailOf('administrator', 'beside it') });
    const there = await api.call('GET', `/${customer}`, { token });
    const nowhere = await api.call('GET', `/${randomUUID()}`, { token });
    expect({ ...there.body, trace: '' }).toEqual({ ...nowhere.body, trace: '' });
  });

  it('cannot move a customer to a node where it has no role', async () => {
    const token = await google.token({ email: emailOf('administrator', 'at its node') });
    const moved = { token, headers: { 'if-match': '*' }, body: { hierarchy: 'sys.provider2' } };
    expect((await api.call('PATCH', `/${customer}`, moved)).status).toBe(403);
  });
});

describe('a bad token', () => {
  const faults = fakeGoogle('boss@example.com').then((each) => each.faults.map(([name]) => name));

  it('is refused by every endpoint, whatever is wrong with it', async () => {
    expect((await faults).length).toBeGreaterThanOrEqual(18);
    let asserted = 0;
    for (const [name, make] of google.faults) {
      const token = await make();
      for (const { method, template, entry } of guarded) {
        const { status, headers, text } = await send(entry.operationId, method, template, token);
        expect(status, `${name}: ${method} ${template} ${text}`).toBe(401);
        expect(headers.get('www-authenticate')).toBe('Bearer');
        asserted += 1;
      }
    }
    expect(asserted).toBe(google.faults.length * guarded.length);
  });

  it('is explained where the platform has removed the signature', async () => {
    const [, spoilt] = google.faults.find(([name]) => name.includes('removed'))!;
    const { body: answer } = await api.call('GET', '/', { token: await spoilt() });
    expect(answer.detail).toContain('X-Serverless-Authorization');
  });

  it('is not blamed on the caller while Google cannot be reached', async () => {
    const away = {
      ...google.verifier,
      getFederatedSignonCertsAsync: () => Promise.reject(new Error('no route to host')),
    } as TokenVerifier;
    const callers: Callers = googleCallers(audience, [], away);
    await expect(callers.identify(`Bearer ${await google.token()}`)).rejects.toMatchObject({
      code: 'identity_unavailable',
    });
  });

  it('that has expired is refused, although it was cached as valid', async () => {
    let now = Date.now();
    const grants = [{ caller: 'boss@example.com', hierarchy: 'sys', role: 'reader' as const }];
    const callers = googleCallers(audience, grants, google.verifier, () => now);
    const end = Math.floor(now / 1000) + 2;
    const token = `Bearer ${await google.token({ iat: end - 3600, exp: end })}`;
    expect(await callers.identify(token)).toMatchObject({ id: 'boss@example.com' });
    let verified = 0;
    const { verifyIdToken } = google.verifier;
    google.verifier.verifyIdToken = (options) => {
      verified += 1;
      return verifyIdToken.call(google.verifier, options);
    };
    await callers.identify(token);
    expect(verified).toBe(0);
    now = end * 1000;
    await callers.identify(token).catch(() => {});
    expect(verified).toBe(1);
    google.verifier.verifyIdToken = verifyIdToken;
  });
});
