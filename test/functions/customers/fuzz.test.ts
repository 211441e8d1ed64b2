/**
 * Ten thousand random requests, one after the other, through the framework's own middleware. No response is a server error,
 * no request hangs, every refusal is a documented problem that has written nothing, and the stored data stays consistent.
 */

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleOrganizations } from '../../../local/webex/sample.ts';
import { sqliteStore } from '../../../shared/adapters/local/sqlite-store.ts';
import { type Customer, uniquenessPaths } from '../../../shared/domain/customer.ts';
import type { Store, Write } from '../../../shared/ports.ts';
import { connectedCustomer } from '../../support/ports.ts';
import fc from '../../support/property.ts';
import { type Api, startApi } from './api.ts';
import { type Made, requests } from './requests.ts';

const runs = 10_000;
/** No request takes this long, even on a busy machine; one that does hangs. */
const hangsAfterMs = 60_000;

let api: Api;
let store: Store;
let written: Write[] = [];
let created = 0;
const known: Record<string, string[]> = { id: [], sync: [], user: [], operation: [] };

beforeAll(async () => {
  store = sqliteStore({ file: ':memory:' });
  const recording: Store = {
    ...store,
    async commit(writes) {
      const versions = await store.commit(writes);
      written.push(...writes);
      return versions;
    },
  };
  api = await startApi({ store: recording, people: 12 });
  for (const organization of sampleOrganizations) {
    const id = await connectedCustomer(api.ports, api.webex, organization);
    await api.call('POST', `/${id}:sync`);
    known.id!.push(id);
  }
  await api.deliver();
  const [first] = known.id!;
  known.user!.push(...(await api.call('GET', `/${first}/users`)).body.users.map((user: { id: string }) => user.id));
  known.sync!.push(...(await api.call('GET', `/${first}/syncs`)).body.syncs.map((sync: { id: string }) => sync.id));
});
afterAll(() => api.close());

/** The first customers are never deleted: without them most requests would find nothing. */
const kept = sampleOrganizations.length;

function urlOf({ operation, path, params, query }: Made): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const param = params[name]!;
    if ('junk' in param) return param.junk;
    const ids = operation === 'deleteCustomer' ? known[name]!.slice(kept) : known[name]!;
    return ids[param.known % ids.length] ?? randomUUID();
  });
  const search = query.map(
    ([name, value]) => `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`,
  );
  return search.length > 0 ? `${filled}?${search.join('&')}` : filled;
}

/** What a request with a 4xx response may have written: claims of idempotency keys, leases and health of connections. */
const harmless = /^(idempotency|connections)\//;
/** After these failures the state of the connection may have changed, so an event may be recorded. */
const tried = /^(proxy_refused|webex_\w+)$/;
const eventPath = /^(outbox|customers\/[^/]+\/events)\//;

async function send(made: Made): Promise<void> {
  written = [];
  const path = urlOf(made);
  const body = made.method === 'GET' || made.method === 'HEAD' ? undefined : made.body;
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('It hangs.')), hangsAfterMs).unref();
  });
  const answer = await Promise.race([
    api.call(made.method, path, { headers: made.headers, ...(body !== undefined && { raw: body }) }),
    late,
  ]);
  expect(answer.status, `${made.method} ${path}: ${answer.text}`).toBeLessThan(500);
  if (answer.status >= 400) {
    if (made.method !== 'HEAD') expect(answer.headers.get('content-type')).toBe('application/problem+json');
    const touched = written.map((write) => ('set' in write ? write.set : write.delete));
    expect(
      touched.filter((each) => !harmless.test(each) && !(tried.test(answer.body?.code) && eventPath.test(each))),
      answer.text,
    ).toEqual([]);
  }
  if (answer.status === 201 && made.operation === 'createCustomer') {
    created += 1;
    known.id!.push(answer.body.id);
  }
  if (answer.status === 202 && made.operation === 'startOperation') known.operation!.push(answer.body.id);
  if (answer.status === 204) known.id = known.id!.filter((id) => !path.includes(id));
}

describe('made-up requests', () => {
  it(`number ${runs} and break nothing`, { timeout: 900_000 }, async () => {
    const seen = new Map<number, number>();
    const { call } = api;
    api.call = async (...sent) => {
      const answer = await call(...sent);
      seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
      return answer;
    };
    await fc.assert(fc.asyncProperty(requests(api.document), send), { numRuns: runs, endOnFailure: true });
    console.log(`fuzz: ${JSON.stringify(Object.fromEntries([...seen].sort()))}`);
    // Not all were refused: the requests reach into the flows.
    const succeeded = [...seen].filter(([status]) => status < 300).reduce((sum, [, count]) => sum + count, 0);
    expect(succeeded).toBeGreaterThan(runs / 5);
  });

  it('leave a consistent store', async () => {
    const all = async <T>(collection: string) =>
      (await store.query<T>({ collection, limit: 100_000 })).map(({ path, data }) => ({ path, data }));
    const customers = await all<Customer>('customers');
    expect(created).toBeGreaterThan(20);
    const names = customers.flatMap(({ data }) => Object.values(uniquenessPaths(data)).map((path) => [path, data.id]));
    const held = (await all<{ customerId: string }>('names')).map(({ path, data }) => [path, data.customerId]);
    expect(held.toSorted()).toEqual(names.toSorted());
    const connections = (await all<{ customerId: string }>('connections')).map(({ data }) => data.customerId);
    expect(connections.toSorted()).toEqual(customers.map(({ data }) => data.id).toSorted());
    for (const { data } of customers) expect((await api.call('GET', `/${data.id}`)).status).toBe(200);
  });
});
