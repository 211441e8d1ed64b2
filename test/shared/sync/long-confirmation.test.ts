import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requestSync } from '../../../shared/sync/request.ts';
import { runSync } from '../../../shared/sync/run.ts';
import { deliver, readHead, readRun, syncNow } from '../../support/sync-drive.ts';
import { acme, type SyncWorld, startSyncWorld } from '../../support/sync-world.ts';

let world: SyncWorld;
let { webex, ports, customer } = {} as SyncWorld;
beforeEach(async () => {
  world = await startSyncWorld();
  ({ webex, ports, customer } = world);
});
afterEach(() => world.close());

describe('a long confirmation', () => {
  /** Hides people from every scan, so that each must be looked up. */
  const hide = (hidden: Set<string>) =>
    ports.webex.answerNext(
      'people',
      async (act) => {
        const page = await act();
        return { ...page, people: page.people.filter(({ id }) => !hidden.has(id)) };
      },
      { times: 'always' },
    );
  const slowLookUps = (ms: number) =>
    ports.webex.afterNext('person', () => ports.clock.advance(ms), { times: 'always' });

  it('keeps its lease, and leaves the rest to another message when its time is up', async () => {
    webex.control.people({ orgId: acme.id, add: 100 });
    await syncNow(ports, customer);
    hide(
      new Set(
        world
          .people()
          .slice(0, 85)
          .map(({ id }) => id),
      ),
    );
    slowLookUps(7_000);
    const { id } = await requestSync(ports, customer);
    const leases: number[] = [];
    ports.webex.beforeNext(
      'person',
      async () => {
        const { lease } = await readHead(ports.store, customer);
        leases.push((lease?.endsAt ?? 0) - ports.clock.now());
      },
      { times: 'always' },
    );
    const startedAt = ports.clock.now();
    expect(await runSync(ports, customer, id)).toMatchObject({ state: 'running' });
    expect(ports.clock.now() - startedAt).toBeLessThan(8 * 60_000);
    expect(Math.min(...leases)).toBeGreaterThan(60_000);
    await deliver(ports);
    expect(await readRun(ports.store, customer, id)).toMatchObject({ state: 'done', counts: { removed: 0 } });
    ports.webex.heal();
    await world.expectInSync();
  });

  it('of many missed people is replaced by another scan', async () => {
    await syncNow(ports, customer);
    hide(
      new Set(
        world
          .people()
          .slice(0, 60)
          .map(({ id }) => id),
      ),
    );
    let lookUps = 0;
    ports.webex.afterNext('person', () => (lookUps += 1), { times: 'always' });
    const { id } = await requestSync(ports, customer);
    ports.webex.beforeNext('peopleById', () => ports.webex.heal('people'));
    await runSync(ports, customer, id);
    expect(lookUps).toBe(0);
    expect((await readRun(ports.store, customer, id)).phases.map(({ phase }) => phase)).toEqual([
      'scan',
      'confirm',
      'scan',
    ]);
    await world.expectInSync();
  });
});
