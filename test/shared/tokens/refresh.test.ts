import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleOrganizations } from '../../../local/webex/sample.ts';
import { startWebex, type WebexServer } from '../../../local/webex/server.ts';
import type { Connection } from '../../../shared/domain/connection.ts';
import { day } from '../../../shared/domain/time.ts';
import { connectionPath, refreshTokenPlace } from '../../../shared/storage/layout.ts';
import { refreshConnection } from '../../../shared/tokens/refresh.ts';
import { refreshDue } from '../../../shared/tokens/refresh-due.ts';
import { refreshOnDemand } from '../../../shared/tokens/refresh-on-demand.ts';
import { frozenClock } from '../../support/clock.ts';
import { storeUnavailable } from '../../support/faulty.ts';
import { connectedCustomer, readConnection, type TestPorts, testPorts } from '../../support/ports.ts';

const acme = sampleOrganizations[0]!;
const globex = sampleOrganizations[1]!;
let webex: WebexServer;
let ports: TestPorts;
let customer: string;

async function start(options: { rotation?: 'keep' | 'rotate' } = {}): Promise<void> {
  const clock = frozenClock();
  webex = await startWebex({ now: clock.now, ...options });
  ports = testPorts(webex, { clock });
  customer = await connectedCustomer(ports, webex, acme);
}

beforeEach(() => start());
afterEach(async () => {
  await ports.store.close();
  await webex.close();
});

const run = () => refreshDue(ports, { concurrency: 4, endsAt: ports.clock.now() + 60_000 });
const published = () => ports.messages.filter(({ topic }) => topic === 'customer-events').map(({ data }) => data.type);
const storedRefreshToken = async () =>
  (
    await ports.sealer.open(
      (
        await readConnection(ports.store, customer)
      ).grant!.sealedRefreshToken,
      refreshTokenPlace(customer),
    )
  ).reveal();

describe('the scheduled refresh', () => {
  it('renews only the connections that are due', async () => {
    expect((await run()).outcomes).toEqual({});
    ports.clock.advance(7 * day);
    expect((await run()).outcomes).toEqual({ refreshed: 1 });
    const { state, grant } = await readConnection(ports.store, customer);
    expect(state).toBe('active');
    expect(grant!.refreshExpiresAt).toBeGreaterThan(ports.clock.now() + 89 * day);
    expect((await run()).outcomes).toEqual({});
  });

  it('keeps the connection through an outage, and publishes its start and its end once', async () => {
    ports.clock.advance(7 * day);
    const { id } = webex.control.faults({ match: { grant: 'refresh_token' }, times: 'always', fault: { status: 503 } });
    for (let hour = 0; hour < 48; hour++) {
      await run();
      ports.clock.advance(3_600_000);
    }
    expect((await readConnection(ports.store, customer)).state).toBe('degraded');
    webex.control.clearFaults(id);
    ports.clock.advance(day);
    await run();
    expect((await readConnection(ports.store, customer)).state).toBe('active');
    expect(published()).toEqual([
      'webex_customer_access.customer.v1.degraded',
      'webex_customer_access.customer.v1.recovered',
    ]);
  });

  it('asks for authorization again only after two refusals', async () => {
    webex.control.revokeGrants({ orgId: acme.id });
    ports.clock.advance(7 * day);
    await run();
    expect((await readConnection(ports.store, customer)).state).toBe('degraded');
    ports.clock.advance(21 * 3_600_000);
    await run();
    expect((await readConnection(ports.store, customer)).state).toBe('reauthorization_required');
    expect((await run()).outcomes).toEqual({});
  });

  it('blames nobody when Webex refuses our own credentials', async () => {
    await connectedCustomer(ports, webex, globex);
    ports.clock.advance(7 * day);
    webex.control.settings({ clientSecrets: ['other'] });
    expect((await run()).outcomes).toEqual({ unjudged: 2 });
    expect(await readConnection(ports.store, customer)).toMatchObject({ state: 'active', failures: 0 });
    webex.control.settings({ clientSecrets: ['local-secret'] });
    expect((await run()).outcomes).toEqual({ refreshed: 2 });
  });

  it('warns as the time left shortens while every refresh fails', async () => {
    webex.control.faults({ match: { grant: 'refresh_token' }, times: 'always', fault: { status: 500 } });
    for (let at = 0; at < 95; at++) {
      ports.clock.advance(day);
      await run();
    }
    const days = ports.messages
      .filter(({ data }) => String(data.type).endsWith('expiring'))
      .map(({ data }) => (data.data as { days: number }).days);
    expect(days).toEqual([30, 14, 7, 3, 1]);
  });
});

describe('a refresh', () => {
  it('is shared by callers who ask at the same time', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, () => refreshOnDemand(ports, customer, 'someone')));
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['refreshed']));
    expect(webex.control.stats().grants[acme.id]).toMatchObject({ exchanges: 1, maxOverlap: 1 });
  });

  it('stores what Webex returned when a rotated token came with it', async () => {
    await ports.store.close();
    await webex.close();
    await start({ rotation: 'rotate' });
    const before = await storedRefreshToken();
    await refreshOnDemand(ports, customer);
    const after = await storedRefreshToken();
    expect(after).not.toBe(before);
    expect(webex.control.isAlive(after)).toBe(true);
  });

  it('keeps the old refresh token where Webex leaves it out', async () => {
    webex.control.settings({ omitRefreshToken: true });
    const before = await storedRefreshToken();
    await refreshOnDemand(ports, customer);
    expect(await storedRefreshToken()).toBe(before);
    expect(webex.control.isAlive(before)).toBe(true);
  });

  it('keeps a concurrent change of the customer', async () => {
    const path = connectionPath(customer);
    ports.webex.beforeNext('refresh', async () => {
      const read = (await ports.store.get<Connection>(path))!;
      await ports.store.commit([
        { set: path, data: { ...read.data, nameKey: 'renamed' }, if: { version: read.version } },
      ]);
    });
    await refreshOnDemand(ports, customer);
    expect(await readConnection(ports.store, customer)).toMatchObject({ nameKey: 'renamed', grant: { serial: 2 } });
  });

  it('gives way to a newer pair that another owner has stored', async () => {
    const path = connectionPath(customer);
    ports.webex.afterNext('refresh', async () => {
      const read = (await ports.store.get<Connection>(path))!;
      const newer = { ...read.data, grant: { ...read.data.grant!, serial: 7 } };
      await ports.store.commit([{ set: path, data: newer, if: { version: read.version } }]);
    });
    const read = (await ports.store.get<Connection>(path))!;
    expect((await refreshConnection(ports, read, { force: true })).outcome).toBe('superseded');
    expect((await readConnection(ports.store, customer)).grant!.serial).toBe(7);
  });

  it('repeats its commit while the store is unavailable, and loses nothing', async () => {
    let commits = 0;
    const isAway = () => {
      commits += 1;
      return commits >= 2 && commits <= 5;
    };
    ports.store.failNext('commit', storeUnavailable(), { when: isAway, times: 'always' });
    await expect(refreshOnDemand(ports, customer)).resolves.toMatchObject({ outcome: 'refreshed' });
    expect(commits).toBe(6);
  });
});
