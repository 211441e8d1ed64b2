/** Custody when the store fails, or another owner acts, in the middle of a refresh. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebexServer } from '../../../local/webex/server.ts';
import { Failure } from '../../../shared/domain/failure.ts';
import { leaseMs, storeWithinMs } from '../../../shared/domain/lease.ts';
import { Secret } from '../../../shared/domain/secret.ts';
import { day } from '../../../shared/domain/time.ts';
import type { Write } from '../../../shared/ports.ts';
import { refreshConnection } from '../../../shared/tokens/refresh.ts';
import { type CustodyWorld, startCustodyWorld } from '../../support/custody-world.ts';
import { conflict, storeUnavailable } from '../../support/faulty.ts';
import type { TestPorts } from '../../support/ports.ts';

let world: CustodyWorld;
let webex: WebexServer;
let ports: TestPorts;

beforeEach(async () => {
  world = await startCustodyWorld();
  ({ webex, ports } = world);
});
afterEach(() => world.close());

const isConnection = ([first]: Write[]) => first !== undefined && 'set' in first && first.set === world.path;
const isLease = (writes: Write[]) => isConnection(writes) && 'lease' in (writes[0] as { data: object }).data;
const isResult = (writes: Write[]) => isConnection(writes) && !isLease(writes);
/** The next commit that `which` picks happens, but its answer is lost. */
const loseAnswer = (which: (writes: Write[]) => boolean, answer: Error) =>
  ports.store.failNext('commit', answer, { when: which, answerLost: true });

describe('a commit whose answer is lost', () => {
  it.each([conflict(), storeUnavailable()])('is recognized as our own lease', async (answer) => {
    loseAnswer(isLease, answer);
    expect((await world.refresh()).outcome).toBe('refreshed');
    expect(webex.control.stats().grants[world.orgId]).toMatchObject({ exchanges: 1, maxOverlap: 1 });
  });

  it.each([conflict(), storeUnavailable()])('is recognized as our own result', async (answer) => {
    loseAnswer(isResult, answer);
    expect((await world.refresh()).outcome).toBe('refreshed');
    expect(await world.stored()).toMatchObject({ state: 'active', grant: { serial: 2 } });
    expect(await world.storedTokenIsAlive()).toBe(true);
  });

  it('is recognized as our own failure, which counts once', async () => {
    webex.control.faults({ fault: { status: 503 } });
    loseAnswer(isResult, storeUnavailable());
    expect((await world.refresh()).outcome).toBe('failed');
    expect((await world.stored()).failures).toBe(1);
  });

  it('of a lease that cannot be read either is waited out by the next run, and costs nothing', async () => {
    loseAnswer(isLease, storeUnavailable());
    const now = await world.read();
    ports.store.failNext('get', storeUnavailable(), { times: 'always' });
    await expect(refreshConnection(ports, now, { force: true })).rejects.toMatchObject({ code: 'store_unavailable' });
    ports.store.heal('get');
    expect((await world.refresh()).outcome).toBe('leased');
    ports.clock.advance(leaseMs);
    expect((await world.refresh()).outcome).toBe('refreshed');
    expect((await world.stored()).failures).toBe(0);
  });
});

describe('an unavailable store', () => {
  it('before the lease prevents the exchange', async () => {
    const now = await world.read();
    ports.store.failNext('commit', storeUnavailable(), { times: 'always' });
    await expect(refreshConnection(ports, now, { force: true })).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(webex.control.stats().grants).toEqual({});
  });

  it('for so long that the lease could not outlast an exchange prevents it too', async () => {
    ports.store.beforeNext('commit', () => ports.clock.advance(leaseMs / 2), { when: isLease, times: 'always' });
    await expect(world.refresh()).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(webex.control.stats().grants).toEqual({});
    expect(await world.stored()).toMatchObject({ state: 'active', failures: 0 });
  });

  it('after Webex has rotated the token delays the commit beyond the lease, and the pair is stored', async () => {
    const backAt = ports.clock.now() + leaseMs + 5 * 60_000;
    const isAway = (writes: Write[]) => !isLease(writes) && ports.clock.now() < backAt;
    ports.store.failNext('commit', storeUnavailable(), { when: isAway, times: 'always' });
    expect((await world.refresh()).outcome).toBe('refreshed');
    expect(await world.storedTokenIsAlive()).toBe(true);
  });

  it('for longer than that ends the attempts', async () => {
    ports.store.failNext('commit', storeUnavailable(), { when: (writes) => !isLease(writes), times: 'always' });
    const before = ports.clock.now();
    await expect(world.refresh()).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(ports.clock.now() - before).toBeLessThan(storeWithinMs + 60_000);
  });

  it('while due connections are read, fails the run after the exchanges in progress have ended', async () => {
    ports.clock.advance(7 * day);
    ports.store.failNext('query', storeUnavailable(), { times: 'always' });
    await expect(world.run()).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});

describe('a slow owner of a lease', () => {
  it('leaves the lease of the next owner alone, and its pair is not overwritten', async () => {
    ports.webex.afterNext('refresh', () => {
      ports.clock.advance(leaseMs);
      return world.leaseToOther();
    });
    expect((await world.refresh()).outcome).toBe('refreshed');
    expect(await world.stored()).toMatchObject({ grant: { serial: 2 }, lease: { owner: 'other' } });
    expect(await world.storedTokenIsAlive()).toBe(true);
  });

  it('whose token was rotated by another marks the connection at most as degraded, until the pair arrives', async () => {
    await ports.webex.refresh({ refreshToken: new Secret(await world.storedRefreshToken()) });
    expect((await world.refresh()).outcome).toBe('failed');
    expect(await world.stored()).toMatchObject({ state: 'degraded', fault: { code: 'grant_refused' } });
  });

  it('does not count its failure once another owner has taken over', async () => {
    ports.webex.answerNext('refresh', async () => {
      ports.clock.advance(leaseMs);
      await world.leaseToOther();
      throw new Failure('webex_unavailable', 'Webex is away.');
    });
    expect((await world.refresh()).outcome).toBe('superseded');
    expect(await world.stored()).toMatchObject({ state: 'active', failures: 0, lease: { owner: 'other' } });
  });
});
