import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../../local/webex/faults/rules.ts';
import { codeOf } from '../../../shared/domain/failure.ts';
import { requestSync } from '../../../shared/sync/request.ts';
import { runSync } from '../../../shared/sync/run.ts';
import { storeUnavailable } from '../../support/faulty.ts';
import { deliver, endPause, readHead, readRun, storedNow, syncNow } from '../../support/sync-drive.ts';
import { acme, type SyncWorld, startSyncWorld } from '../../support/sync-world.ts';

let world: SyncWorld;
let { webex, ports, customer } = {} as SyncWorld;
beforeEach(async () => {
  world = await startSyncWorld({ pageSize: 50 });
  ({ webex, ports, customer } = world);
  // A customer in sync, and after that a day of changes.
  await syncNow(ports, customer);
  webex.control.people({ orgId: acme.id, churn: { seed: 11, add: 6, change: 9, remove: 4 } });
});
afterEach(() => world.close());

const onPage = (nth: number, fault: Fault, times: number | 'always' = 1) =>
  webex.control.faults({ match: { path: '/v1/people$', nth }, times, fault });

describe('a request that fails', () => {
  it.each<[string, Fault]>([
    ['status 500', { status: 500 }],
    ['status 502', { status: 502 }],
    ['status 429 with Retry-After', { status: 429, retryAfter: 3 }],
    ['status 429 without Retry-After', { status: 429 }],
    ['status 429 with a Retry-After that is no number', { status: 429, retryAfter: 'soon' }],
    ['status 423', { status: 423, retryAfter: 1 }],
    ['status 401, which renews the token', { status: 401 }],
    ['status 400 for the cursor, which makes the scan start over', { status: 400 }],
    ['status 408', { status: 408 }],
    ['status 403 once, which is no lost role', { status: 403 }],
    ['status 503 with Retry-After', { status: 503, retryAfter: 20 }],
    ['drop before', { drop: 'before' }],
    ['drop after', { drop: 'after' }],
    ['hang and act', { hangMs: 50, act: true }],
    ['hang and a 504', { hangMs: 50, act: false }],
    ['delay', { delayMs: 50 }],
    ['a page of HTML', { html: true }],
    ['a page of HTML with status 200', { html: true, status: 200 }],
    ['half a body', { status: 200, body: '{"items":[{"id":' }],
    ['a body without items', { status: 200, body: {} }],
  ])('%s: the same run continues', async (_name, fault) => {
    onPage(3, fault);
    expect(await syncNow(ports, customer)).toMatchObject({
      state: 'done',
      attempts: 1,
      counts: { scanned: 252, added: 6, changed: 9, removed: 4 },
    });
    expect(await world.findDifferences()).toEqual([]);
  });

  it.each([503, 504])('status %i: the next try asks for half as many people', async (status) => {
    onPage(3, { status });
    await syncNow(ports, customer);
    expect(webex.control.stats().requests['GET /v1/people']).toBeGreaterThan(12);
    expect(await world.findDifferences()).toEqual([]);
  });

  it('is retried by later messages through an outage, from the page where the scan was', async () => {
    const { id } = await requestSync(ports, customer);
    onPage(3, { status: 500 }, 20);
    await deliver(ports);
    const run = await readRun(ports.store, customer, id);
    expect(run).toMatchObject({ state: 'done', counts: { scanned: 252, added: 6, changed: 9, removed: 4 } });
    expect(run.attempts).toBeGreaterThan(2);
    expect(await world.findDifferences()).toEqual([]);
  });

  it('with a Retry-After of an hour is not repeated earlier by any message', async () => {
    const { id } = await requestSync(ports, customer);
    onPage(3, { status: 429, retryAfter: 3600 });
    expect(await runSync(ports, customer, id)).toMatchObject({ state: 'running' });
    webex.control.resetStats();
    ports.clock.advance(30 * 60_000);
    expect(await runSync(ports, customer, id)).toBeUndefined();
    expect(webex.control.stats().requests).toEqual({});
    expect((await readHead(ports.store, customer)).pausedUntil).toBeGreaterThan(ports.clock.now());
    ports.clock.advance(31 * 60_000);
    expect(await runSync(ports, customer, id)).toMatchObject({ state: 'done' });
    expect(await world.findDifferences()).toEqual([]);
  });

  it.each([
    [403, 'webex_forbidden'],
    [401, 'webex_unauthorized'],
  ])('status %i on every try ends the run, and removes nobody', async (status, code) => {
    webex.control.faults({ match: { path: '/v1/people$' }, times: 'always', fault: { status } });
    const run = await syncNow(ports, customer);
    expect(run).toMatchObject({ state: 'failed', counts: { removed: 0 }, fault: { code } });
    expect((await storedNow(ports.store, customer)).size).toBe(250);
    webex.control.clearFaults();
    await syncNow(ports, customer);
    expect(await world.findDifferences()).toEqual([]);
  });

  it('to confirm the absent people removes nobody until it succeeds', async () => {
    ports.webex.answerNext('peopleById', async () => ({ people: [], notFoundIds: [] }), { times: 'always' });
    expect(await syncNow(ports, customer)).toMatchObject({ state: 'done', counts: { removed: 0, held: 0 } });
    ports.webex.heal();
    expect(await syncNow(ports, customer)).toMatchObject({ counts: { removed: 4 } });
  });

  it('of the store leaves the run to another message', async () => {
    const { id } = await requestSync(ports, customer);
    ports.store.beforeNext('commit', () => {});
    ports.store.failNext('commit', storeUnavailable(), { times: 2 });
    const first = await runSync(ports, customer, id).catch(codeOf);
    expect(first).toBe('store_unavailable');
    await deliver(ports);
    expect(await readRun(ports.store, customer, id)).toMatchObject({ state: 'done', counts: { removed: 4 } });
    expect(await world.findDifferences()).toEqual([]);
  });

  it.each(['/v1/people$', '/v1/people/[^/]+$'])(
    'to %s once with status 408 or 403 does not stop the run',
    async (path) => {
      ports.webex.answerNext('people', async (act) => {
        const page = await act();
        return { ...page, people: page.people.slice(1) };
      });
      webex.control.faults({ match: { path, query: path.includes('[') ? '' : 'id=' }, fault: { status: 408 } });
      webex.control.faults({ match: { path, query: path.includes('[') ? '' : 'id=' }, fault: { status: 403 } });
      expect(await syncNow(ports, customer)).toMatchObject({ state: 'done', attempts: 1, counts: { removed: 4 } });
      expect(await world.findDifferences()).toEqual([]);
    },
  );

  it.each<[string, () => string | number]>([
    ['seconds', () => 300],
    ['a date', () => new Date(ports.clock.now() + 300_000).toUTCString()],
  ])('with status 503 and a Retry-After as %s is not repeated before that time', async (_form, retryAfter) => {
    const { id } = await requestSync(ports, customer);
    onPage(3, { status: 503, retryAfter: retryAfter() });
    const startedAt = ports.clock.now();
    expect(await runSync(ports, customer, id)).toMatchObject({ state: 'running' });
    webex.control.resetStats();
    expect(await runSync(ports, customer, id)).toBeUndefined();
    const { pausedUntil } = await readHead(ports.store, customer);
    expect(pausedUntil! - startedAt).toBeGreaterThanOrEqual(299_000);
    expect(webex.control.stats().requests).toEqual({});
    await endPause(ports, pausedUntil!);
    await deliver(ports);
    expect(await readRun(ports.store, customer, id)).toMatchObject({ state: 'done', counts: { scanned: 252 } });
    expect(await world.findDifferences()).toEqual([]);
  });
});
