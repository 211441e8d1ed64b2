/** What custody does when the store, another owner or the process itself gets in between. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWebex, type WebexServer } from '../../../local/webex/server.ts';
import type { Connection } from '../../../shared/domain/connection.ts';
import { Failure } from '../../../shared/domain/failure.ts';
import { leaseMs, storeWithinMs, withLease } from '../../../shared/domain/lease.ts';
import { day } from '../../../shared/domain/time.ts';
import type { Write } from '../../../shared/ports.ts';
import { connectionPath, outbox, refreshTokenPlace } from '../../../shared/storage/layout.ts';
import { getAccessToken } from '../../../shared/tokens/access-token.ts';
import { refreshConnection } from '../../../shared/tokens/refresh.ts';
import { refreshDue } from '../../../shared/tokens/refresh-due.ts';
import { refreshOnDemand } from '../../../shared/tokens/refresh-on-demand.ts';
import { frozenClock } from '../../support/clock.ts';
import { connect, members, organize } from '../../support/fleet.ts';
import { readConnection, type TestPorts, testPorts } from '../../support/ports.ts';

const fleet = members(3);
const [{ customerId: customer, orgId }] = fleet as [(typeof fleet)[0]];
const path = connectionPath(customer);
let webex: WebexServer;
let ports: TestPorts;

beforeEach(async () => {
  const clock = frozenClock();
  webex = await startWebex({ now: clock.now, organizations: [], rotation: 'rotate' });
  ports = testPorts(webex, { clock });
  organize(webex.control, fleet);
  await connect(ports, webex.control, fleet, clock.now());
});
afterEach(async () => {
  await ports.store.close();
  await webex.close();
});

const read = async () => (await ports.store.get<Connection>(path))!;
const stored = () => readConnection(ports.store, customer);
const refresh = async () => refreshConnection(ports, await read(), { force: true });
const run = (limits = {}) => refreshDue(ports, { concurrency: 4, endsAt: ports.clock.now() + 60_000, ...limits });
const storedTokenIsAlive = async () =>
  webex.control.isAlive(
    (await ports.sealer.open((await stored()).grant!.sealedRefreshToken, refreshTokenPlace(customer))).reveal(),
  );
const away = () => new Failure('store_unavailable', 'away');
const isConnection = ([first]: Write[]) => first !== undefined && 'set' in first && first.set === path;
const isLease = (writes: Write[]) => isConnection(writes) && 'lease' in (writes[0] as { data: object }).data;

/** Commits of the connection that `chosen` picks do happen, but their answer is lost. */
function loseAnswers(chosen: (writes: Write[]) => boolean, answer: Failure, times = 1): void {
  const { commit } = ports.store;
  let left = times;
  ports.store.commit = async (writes) => {
    const versions = await commit(writes);
    if (chosen(writes) && left-- > 0) throw answer;
    return versions;
  };
}

describe('a commit whose answer is lost', () => {
  const conflict = () => new Failure('conflict', 'The document was changed by somebody else.');

  it.each([conflict(), away()])('is known again as our own lease', async (answer) => {
    loseAnswers(isLease, answer);
    expect((await refresh()).outcome).toBe('refreshed');
    expect(webex.control.stats().grants[orgId]).toMatchObject({ exchanges: 1, maxOverlap: 1 });
  });

  it.each([conflict(), away()])('is known again as our own result', async (answer) => {
    loseAnswers((writes) => isConnection(writes) && !isLease(writes), answer);
    expect((await refresh()).outcome).toBe('refreshed');
    expect(await stored()).toMatchObject({ state: 'active', grant: { serial: 2 } });
    expect(await storedTokenIsAlive()).toBe(true);
  });

  it('is known again as our own failure, which counts once', async () => {
    webex.control.faults({ fault: { status: 503 } });
    loseAnswers((writes) => isConnection(writes) && !isLease(writes), away());
    expect((await refresh()).outcome).toBe('failed');
    expect((await stored()).failures).toBe(1);
  });

  it('of a lease that cannot be read either is waited out by the next run, and costs nothing', async () => {
    loseAnswers(isLease, away());
    const now = await read();
    const { get } = ports.store;
    ports.store.get = async () => {
      throw away();
    };
    await expect(refreshConnection(ports, now, { force: true })).rejects.toMatchObject({ code: 'store_unavailable' });
    ports.store.get = get;
    expect((await refresh()).outcome).toBe('leased');
    ports.clock.advance(leaseMs);
    expect((await refresh()).outcome).toBe('refreshed');
    expect((await stored()).failures).toBe(0);
  });
});

describe('a store that is away', () => {
  it('before the lease keeps Webex from being asked', async () => {
    const now = await read();
    ports.store.commit = async () => {
      throw away();
    };
    await expect(refreshConnection(ports, now, { force: true })).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(webex.control.stats().grants).toEqual({});
  });

  it('so long that the lease would not outlast an exchange, does too', async () => {
    const { commit } = ports.store;
    ports.store.commit = async (writes) => {
      if (isLease(writes)) ports.clock.advance(leaseMs / 2);
      return commit(writes);
    };
    await expect(refresh()).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(webex.control.stats().grants).toEqual({});
    expect(await stored()).toMatchObject({ state: 'active', failures: 0 });
  });

  it('after Webex has rotated the token is waited for beyond the lease, and the pair is kept', async () => {
    const { commit } = ports.store;
    const backAt = ports.clock.now() + leaseMs + 5 * 60_000;
    ports.clock.sleep = async (ms) => ports.clock.advance(ms);
    ports.store.commit = async (writes) => {
      if (!isLease(writes) && ports.clock.now() < backAt) throw away();
      return commit(writes);
    };
    expect((await refresh()).outcome).toBe('refreshed');
    expect(await storedTokenIsAlive()).toBe(true);
  });

  it('for longer than that is given up on in the end', async () => {
    const { commit } = ports.store;
    ports.clock.sleep = async (ms) => ports.clock.advance(ms);
    ports.store.commit = async (writes) => {
      if (!isLease(writes)) throw away();
      return commit(writes);
    };
    const before = ports.clock.now();
    await expect(refresh()).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(ports.clock.now() - before).toBeLessThan(storeWithinMs + 60_000);
  });

  it('while due connections are read, fails the run after the exchanges in progress have ended', async () => {
    ports.clock.advance(7 * day);
    ports.store.query = async () => {
      throw away();
    };
    await expect(run()).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});

describe('an owner that was slow', () => {
  it('leaves the lease of the next owner alone, and its pair is not overwritten', async () => {
    const webexRefresh = ports.webex.refresh;
    ports.webex.refresh = async (request) => {
      const pair = await webexRefresh(request);
      ports.clock.advance(leaseMs);
      const now = await read();
      const other = withLease(now.data, 'other', ports.clock.now());
      await ports.store.commit([{ set: path, data: other, if: { version: now.version } }]);
      return pair;
    };
    expect((await refresh()).outcome).toBe('refreshed');
    expect(await stored()).toMatchObject({ grant: { serial: 2 }, lease: { owner: 'other' } });
    expect(await storedTokenIsAlive()).toBe(true);
  });

  it('whose token was rotated away under it marks the connection at worst as degraded, until the pair arrives', async () => {
    const slow = await ports.sealer.open((await stored()).grant!.sealedRefreshToken, refreshTokenPlace(customer));
    await ports.webex.refresh({ refreshToken: slow });
    expect((await refresh()).outcome).toBe('failed');
    expect(await stored()).toMatchObject({ state: 'degraded', fault: { code: 'grant_refused' } });
  });

  it('does not count its failure once another owner has taken over', async () => {
    ports.webex.refresh = async () => {
      ports.clock.advance(leaseMs);
      const now = await read();
      const other = withLease(now.data, 'other', ports.clock.now());
      await ports.store.commit([{ set: path, data: other, if: { version: now.version } }]);
      throw new Failure('webex_unavailable', 'no');
    };
    expect((await refresh()).outcome).toBe('superseded');
    expect(await stored()).toMatchObject({ state: 'active', failures: 0, lease: { owner: 'other' } });
  });
});

describe('asking while another process refreshes', () => {
  const other = async (end?: (connection: Connection) => Connection) => {
    const now = await read();
    const leased = withLease(now.data, 'other', ports.clock.now());
    const [version] = await ports.store.commit([{ set: path, data: leased, if: { version: now.version } }]);
    if (!end) return;
    const write = { set: path, data: end(leased), if: { version: version! } };
    void ports.clock.sleep(60).then(() => ports.store.commit([write]));
  };

  it('shares its success', async () => {
    await other(({ lease: _lease, ...rest }) => ({ ...rest, grant: { ...rest.grant!, serial: 2 } }));
    expect(await refreshOnDemand(ports, customer)).toMatchObject({
      outcome: 'superseded',
      connection: { grant: { serial: 2 } },
    });
    expect(webex.control.stats().grants).toEqual({});
  });

  it('shares its failure', async () => {
    const fault = { code: 'webex_rate_limited', message: 'Webex asks us to slow down.', at: 1, trackingId: 't' };
    await other(({ lease: _lease, ...rest }) => ({ ...rest, failures: 1, fault }));
    await expect(refreshOnDemand(ports, customer)).rejects.toMatchObject({
      code: 'webex_rate_limited',
      detail: { trackingId: 't' },
    });
    expect(webex.control.stats().grants).toEqual({});
  });

  it('gives the token that still works at once', async () => {
    ports.clock.advance(14 * day - 5 * 60_000);
    await other();
    ports.clock.sleep = async () => {
      throw new Error('Nobody is waited for.');
    };
    expect((await getAccessToken(ports, customer)).accessToken.reveal()).toMatch(/^[A-Za-z0-9]{64}$/);
  });

  it('tells that it is busy when the other one never ends', async () => {
    await other();
    ports.clock.sleep = async (ms) => ports.clock.advance(ms / 10);
    const now = await read();
    const endsAt = ports.clock.now() + 10 * leaseMs;
    await ports.store.commit([{ set: path, data: { ...now.data, lease: { ...now.data.lease!, endsAt } } }]);
    await expect(refreshOnDemand(ports, customer)).rejects.toMatchObject({ code: 'busy' });
  });
});

describe('a run', () => {
  it('takes up nothing new once its time is up, and the next goes on', async () => {
    ports.clock.advance(7 * day);
    expect(await run({ endsAt: ports.clock.now() })).toMatchObject({ ended: 'out_of_time', outcomes: {} });
    expect(await run()).toMatchObject({ ended: 'done', outcomes: { refreshed: 3 } });
  });

  it('takes up nothing new when the instance is told to end', async () => {
    ports.clock.advance(7 * day);
    expect(await run({ signal: AbortSignal.abort() })).toMatchObject({ ended: 'out_of_time', outcomes: {} });
  });

  it('goes through any number of pages, each connection once', async () => {
    const many = members(700);
    organize(webex.control, many.slice(3));
    await connect(ports, webex.control, many.slice(3), ports.clock.now());
    ports.clock.advance(7 * day);
    expect((await run()).outcomes).toEqual({ refreshed: 700 });
  });

  it('publishes what a crash has left in the outbox, once it is not being published any more', async () => {
    const at = ports.clock.now();
    const event = { id: `${at.toString(36)}-a`, customerId: customer, at, type: 'degraded' };
    await ports.store.commit([{ set: `${outbox}/${event.id}`, data: event }]);
    expect((await run()).published).toBe(0);
    ports.clock.advance(60_000);
    expect((await run()).published).toBe(1);
    expect(ports.messages.map(({ data }) => data.id)).toEqual([event.id]);
    expect((await run()).published).toBe(0);
  });

  it('leaves the outbox for later while the queue is away', async () => {
    const { publish } = ports.queue;
    let asked = 0;
    ports.queue.publish = async () => {
      asked += 1;
      throw new Failure('queue_unavailable', 'away');
    };
    for (let index = 0; index < 20; index++) {
      const id = `00000000${index.toString(36)}-a`;
      await ports.store.commit([
        { set: `${outbox}/${id}`, data: { id, customerId: customer, at: 1, type: 'degraded' } },
      ]);
    }
    expect((await run()).published).toBe(0);
    expect(asked).toBe(5);
    ports.queue.publish = publish;
    ports.clock.advance(day);
    expect((await run()).published).toBe(20);
  });
});
