/** Many callers at once must cause neither lost updates nor a second creation. */

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineName, openStore } from '../../support/engine.ts';
import { type Api, startApi } from './api.ts';

const callers = 100;
const rounds = 5;
const many = <T>(call: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: callers }, (_, i) => call(i)));
const fields = () => ({ hierarchy: 'sys.a', name: `Customer ${randomUUID()}`, account_number: randomUUID() });

describe(`many callers at once, on ${engineName}`, () => {
  let api: Api;
  beforeAll(async () => {
    api = await startApi({ store: openStore() });
  });
  afterAll(() => api.close());

  it(`lets exactly one of ${callers} edits with If-Match win, round after round`, { timeout: 120_000 }, async () => {
    const { body: customer } = await api.call('POST', '/', { body: fields() });
    let { etag } = customer;
    for (let round = 0; round < rounds; round++) {
      const headers = { 'if-match': `"${etag}"` };
      const answers = await many((index) =>
        api.call('PATCH', `/${customer.id}`, { headers, body: { shadow: [{ name: `${round} ${index}` }] } }),
      );
      const winners = answers.flatMap((answer, index) => (answer.status === 200 ? [index] : []));
      expect(winners).toHaveLength(1);
      const losers = answers.filter(({ status }) => status !== 200);
      expect(new Set(losers.map(({ body }) => body.code))).toEqual(new Set(['version_mismatch']));
      const { body: now } = await api.call('GET', `/${customer.id}`);
      expect(now.shadow).toEqual([{ name: `${round} ${winners[0]}` }]);
      expect(now.etag).toBe(answers[winners[0]!]!.body.etag);
      etag = now.etag;
    }
    const { events } = (await api.call('GET', `/${customer.id}/events`)).body;
    expect(events.filter(({ type }: { type: string }) => type === 'customer_changed')).toHaveLength(rounds);
  });

  it(`creates one customer for ${callers} requests with one key, and gives all the same response`, {
    timeout: 120_000,
  }, async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const body = fields();
    const answers = await many(() => api.call('POST', '/', { headers, body }));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(new Set(answers.map(({ headers: each }) => each.get('etag'))).size).toBe(1);
    const { customers } = (await api.call('GET', `/?name_prefix=${encodeURIComponent(body.name)}`)).body;
    expect(customers).toHaveLength(1);
    const again = await api.call('POST', '/', { headers, body });
    expect(again.text).toBe(answers[0]!.text);
    const other = await api.call('POST', '/', { headers, body: { ...body, name: 'Another' } });
    expect(other.body.code).toBe('idempotency_key_reused');
  });

  it(`lets exactly one of ${callers} creations have a name and an account number`, { timeout: 120_000 }, async () => {
    const body = fields();
    const answers = await many(() => api.call('POST', '/', { body }));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const refused = answers.filter(({ status }) => status !== 201);
    expect(new Set(refused.map(({ body: problem }) => problem.code))).toEqual(new Set(['already_exists']));
  });

  it('shows every customer that stays exactly once, whatever is written between the pages', async () => {
    const hierarchy = `sys.pages${randomUUID()}`;
    const make = (name: string) => api.call('POST', '/', { body: { ...fields(), hierarchy, name } });
    const staying: string[] = [];
    for (let index = 0; index < 12; index++) staying.push((await make(`m${String(index).padStart(2, '0')}`)).body.id);
    const goes = (await make('a0')).body.id;
    const seen: string[] = [];
    let token: string | null = '';
    for (let page = 0; token !== null; page++) {
      const path: string = `/?hierarchy=${hierarchy}&page_size=3${token && `&page_token=${token}`}`;
      const { body } = await api.call('GET', path);
      seen.push(...body.customers.map(({ id }: { id: string }) => id));
      token = body.next_page_token;
      // Before, after and at the reader's position.
      await make(`a${page}x`);
      await make(`z${page}x`);
      if (page === 0) await api.call('DELETE', `/${goes}`, { headers: { 'if-match': '*' } });
    }
    expect(seen.filter((id) => staying.includes(id))).toEqual(staying);
    expect(new Set(seen).size).toBe(seen.length);
  });
});
