import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault, PageFault } from '../../../local/webex/faults/rules.ts';
import { sampleOrganizations } from '../../../local/webex/sample.ts';
import { startWebex, type WebexServer } from '../../../local/webex/server.ts';
import { codeOf } from '../../../shared/domain/failure.ts';
import { requestSync } from '../../../shared/sync/request.ts';
import { runSync } from '../../../shared/sync/run.ts';
import { withAccessToken } from '../../../shared/tokens/access-token.ts';
import { frozenClock } from '../../support/clock.ts';
import { connectedCustomer, type TestPorts, testPorts } from '../../support/ports.ts';
import {
  deliver,
  differences,
  organizationNow,
  readHead,
  readRun,
  storedNow,
  syncNow,
} from '../../support/sync-drive.ts';

const acme = sampleOrganizations[0]!;
let webex: WebexServer;
let ports: TestPorts;
let customer: string;

/** A customer in sync, and after that a day of churn. */
beforeEach(async () => {
  const clock = frozenClock();
  webex = await startWebex({ now: clock.now });
  ports = testPorts(webex, { clock });
  ports.settings.pageSize = 50;
  customer = await connectedCustomer(ports, webex, acme);
  await syncNow(ports, customer);
  webex.control.people({ orgId: acme.id, churn: { seed: 11, add: 6, change: 9, remove: 4 } });
});
afterEach(async () => {
  await ports.store.close();
  await webex.close();
});

const different = async () => {
  const truth = await withAccessToken(ports, customer, (access) => organizationNow(ports.webex, access, acme.id));
  return differences(truth, await storedNow(ports.store, customer));
};
const onPage = (nth: number, fault: Fault, times: number | 'always' = 1) =>
  webex.control.faults({ match: { path: '/v1/people$', nth }, times, fault });

describe('a page of people that is wrong', () => {
  it.each<[PageFault, string]>([
    ['short', 'half a page is no end'],
    ['empty-with-next', 'an empty page with a next link is no end'],
    ['duplicate', 'who comes twice counts once'],
    ['max-null', 'our own page size is put back'],
    ['dropped-parameters', 'our own parameters are put back'],
  ])('%s: %s', async (page) => {
    onPage(2, { page });
    expect(await syncNow(ports, customer)).toMatchObject({
      state: 'done',
      counts: { scanned: 252, added: 6, changed: 9, removed: 4, held: 0 },
    });
    expect(await different()).toEqual([]);
  });

  it('no-next: a scan that ends too soon removes nobody who is there', async () => {
    onPage(2, { page: 'no-next' });
    const run = await syncNow(ports, customer);
    expect(run).toMatchObject({ state: 'done', counts: { removed: 0 }, held: { reason: 'total_differs', count: 4 } });
    expect((await different()).filter((text) => text.startsWith('missing')).length).toBeGreaterThan(0);
    await syncNow(ports, customer);
    expect(await different()).toEqual([]);
  });

  it.each<PageFault>(['foreign-link', 'loop'])('%s: the scan is begun anew once', async (page) => {
    onPage(2, { page });
    expect(await syncNow(ports, customer)).toMatchObject({ state: 'done', counts: { scanned: 252, removed: 4 } });
    expect(await different()).toEqual([]);
  });

  it.each<PageFault>(['foreign-link', 'loop'])('%s for ever: the run fails and nobody is removed', async (page) => {
    onPage(2, { page }, 'always');
    expect(await syncNow(ports, customer)).toMatchObject({ state: 'failed', fault: { code: 'webex_unexpected' } });
    expect((await storedNow(ports.store, customer)).size).toBeGreaterThanOrEqual(250);
    webex.control.clearFaults();
    await syncNow(ports, customer);
    expect(await different()).toEqual([]);
  });

  it('empty-with-next for ever: the scan ends', async () => {
    onPage(2, { page: 'empty-with-next' }, 'always');
    expect(await syncNow(ports, customer)).toMatchObject({ state: 'failed', counts: { removed: 0 } });
  });
});

describe('a request that fails', () => {
  it.each<[string, Fault]>([
    ['status 500', { status: 500 }],
    ['status 502', { status: 502 }],
    ['status 429 with Retry-After', { status: 429, retryAfter: 3 }],
    ['status 429 without Retry-After', { status: 429 }],
    ['status 429 with a Retry-After that is no number', { status: 429, retryAfter: 'soon' }],
    ['status 423', { status: 423, retryAfter: 1 }],
    ['status 401, which renews the token', { status: 401 }],
    ['status 400 for the cursor, which begins the scan anew', { status: 400 }],
    ['drop before', { drop: 'before' }],
    ['drop after', { drop: 'after' }],
    ['hang and act', { hangMs: 50, act: true }],
    ['hang and a 504', { hangMs: 50, act: false }],
    ['delay', { delayMs: 50 }],
    ['a page of HTML', { html: true }],
    ['a page of HTML with status 200', { html: true, status: 200 }],
    ['half a body', { status: 200, body: '{"items":[{"id":' }],
    ['a body without items', { status: 200, body: {} }],
  ])('%s: the same run goes on', async (_name, fault) => {
    onPage(3, fault);
    expect(await syncNow(ports, customer)).toMatchObject({
      state: 'done',
      attempts: 1,
      counts: { scanned: 252, added: 6, changed: 9, removed: 4 },
    });
    expect(await different()).toEqual([]);
  });

  it.each([503, 504])('status %i: the next try asks for half as many people', async (status) => {
    onPage(3, { status });
    await syncNow(ports, customer);
    expect(webex.control.stats().requests['GET /v1/people']).toBeGreaterThan(12);
    expect(await different()).toEqual([]);
  });

  it('is tried again by other messages through an outage, from where the scan was', async () => {
    const { id } = await requestSync(ports, customer);
    onPage(3, { status: 500 }, 20);
    await deliver(ports);
    const run = await readRun(ports.store, customer, id);
    expect(run).toMatchObject({ state: 'done', counts: { scanned: 252, added: 6, changed: 9, removed: 4 } });
    expect(run.attempts).toBeGreaterThan(2);
    expect(await different()).toEqual([]);
  });

  it('with a Retry-After of an hour is not repeated before, by whatever message', async () => {
    const { id } = await requestSync(ports, customer);
    onPage(3, { status: 429, retryAfter: 3600 });
    await expect(runSync(ports, customer, id)).rejects.toMatchObject({ code: 'webex_rate_limited' });
    webex.control.resetStats();
    ports.clock.advance(30 * 60_000);
    await expect(runSync(ports, customer, id)).rejects.toMatchObject({ code: 'webex_rate_limited' });
    expect(webex.control.stats().requests).toEqual({});
    expect((await readHead(ports.store, customer)).pausedUntil).toBeGreaterThan(ports.clock.now());
    ports.clock.advance(31 * 60_000);
    expect(await runSync(ports, customer, id)).toMatchObject({ state: 'done' });
    expect(await different()).toEqual([]);
  });

  it.each([
    [403, 'webex_forbidden'],
    [401, 'webex_unauthorized'],
  ])('status %i for ever ends the run, and removes nobody', async (status, code) => {
    webex.control.faults({ match: { path: '/v1/people$' }, times: 'always', fault: { status } });
    const run = await syncNow(ports, customer);
    expect(run).toMatchObject({ state: 'failed', counts: { removed: 0 }, fault: { code } });
    expect((await storedNow(ports.store, customer)).size).toBe(250);
    webex.control.clearFaults();
    await syncNow(ports, customer);
    expect(await different()).toEqual([]);
  });

  it('to confirm who is absent removes nobody until it succeeds', async () => {
    const { peopleById } = ports.webex;
    ports.webex.peopleById = async () => ({ people: [], notFoundIds: [] });
    expect(await syncNow(ports, customer)).toMatchObject({ state: 'done', counts: { removed: 0, held: 0 } });
    ports.webex.peopleById = peopleById;
    expect(await syncNow(ports, customer)).toMatchObject({ counts: { removed: 4 } });
  });

  it('of the store leaves a run that another message takes up', async () => {
    const { id } = await requestSync(ports, customer);
    const { commit } = ports.store;
    const { Failure } = await import('../../../shared/domain/failure.ts');
    let commits = 0;
    ports.store.commit = async (writes) => {
      commits += 1;
      if (commits > 1 && commits < 4) throw new Failure('store_unavailable', 'away');
      return commit(writes);
    };
    const first = await runSync(ports, customer, id).catch(codeOf);
    expect(first).toBe('store_unavailable');
    await deliver(ports);
    expect(await readRun(ports.store, customer, id)).toMatchObject({ state: 'done', counts: { removed: 4 } });
    expect(await different()).toEqual([]);
  });
});
