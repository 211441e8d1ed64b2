import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault, PageFault } from '../../../local/webex/faults/rules.ts';
import { storedNow, syncNow } from '../../support/sync-drive.ts';
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

describe('a faulty page of people', () => {
  it.each<[PageFault, string]>([
    ['short', 'half a page does not end the scan'],
    ['empty-with-next', 'an empty page with a next link does not end the scan'],
    ['duplicate', 'a person who comes twice counts once'],
    ['max-null', 'our own page size is put back'],
    ['dropped-parameters', 'our own parameters are put back'],
  ])('%s: %s', async (page) => {
    onPage(2, { page });
    expect(await syncNow(ports, customer)).toMatchObject({
      state: 'done',
      counts: { scanned: 252, added: 6, changed: 9, removed: 4, held: 0 },
    });
    expect(await world.findDifferences()).toEqual([]);
  });

  it.each([
    '<https,https://{host}/v1/people?{query}>; rel="next"',
    '<https://elsewhere.example/v1/people?{query}>; rel="next"',
    '</v1/people/?{query}>; rel=next',
    '<?{query}>; rel="last next"',
  ])('the link %s: its query is used with our own address', async (link) => {
    webex.control.resetStats();
    webex.control.faults({ match: { path: '/v1/people$' }, times: 'always', fault: { link } });
    expect(await syncNow(ports, customer)).toMatchObject({
      state: 'done',
      attempts: 1,
      counts: { scanned: 252, added: 6, changed: 9, removed: 4 },
    });
    // Six pages and one look-up of the absent people: the scan has not started over.
    expect(webex.control.stats().requests['GET /v1/people']).toBe(7);
    expect(await world.findDifferences()).toEqual([]);
  });

  it('no-next: a scan that ends too early starts over, because it has missed many people', async () => {
    onPage(2, { page: 'no-next' });
    const run = await syncNow(ports, customer);
    expect(run).toMatchObject({ state: 'done', counts: { scanned: 252, removed: 4 } });
    expect(run.phases.map(({ phase }) => phase)).toEqual(['scan', 'confirm', 'scan', 'confirm', 'remove']);
    expect(await world.findDifferences()).toEqual([]);
  });

  it('no-next on every scan: the missed people are looked up one by one, and removals are held', async () => {
    onPage(2, { page: 'no-next' });
    onPage(4, { page: 'no-next' });
    const run = await syncNow(ports, customer);
    expect(run).toMatchObject({ state: 'done', counts: { removed: 0 }, held: { reason: 'total_differs', count: 4 } });
    const differences = await world.findDifferences();
    expect(differences.some((text) => text.startsWith('store: missing'))).toBe(true);
    await syncNow(ports, customer);
    expect(await world.findDifferences()).toEqual([]);
  });

  it.each<PageFault>(['foreign-link', 'loop'])('%s: the scan starts over once', async (page) => {
    onPage(2, { page });
    expect(await syncNow(ports, customer)).toMatchObject({ state: 'done', counts: { scanned: 252, removed: 4 } });
    expect(await world.findDifferences()).toEqual([]);
  });

  it.each<PageFault>(['foreign-link', 'loop'])('%s on every try: the run fails and nobody is removed', async (page) => {
    onPage(2, { page }, 'always');
    expect(await syncNow(ports, customer)).toMatchObject({ state: 'failed', fault: { code: 'webex_unexpected' } });
    expect((await storedNow(ports.store, customer)).size).toBeGreaterThanOrEqual(250);
    webex.control.clearFaults();
    await syncNow(ports, customer);
    expect(await world.findDifferences()).toEqual([]);
  });

  it('empty-with-next on every page: the scan ends', async () => {
    onPage(2, { page: 'empty-with-next' }, 'always');
    expect(await syncNow(ports, customer)).toMatchObject({ state: 'failed', counts: { removed: 0 } });
  });
});
