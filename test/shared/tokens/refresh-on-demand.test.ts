/** A caller that needs a token while another process refreshes the same connection. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebexServer } from '../../../local/webex/server.ts';
import type { Connection } from '../../../shared/domain/connection.ts';
import { leaseMs } from '../../../shared/domain/lease.ts';
import { day } from '../../../shared/domain/time.ts';
import { getAccessToken } from '../../../shared/tokens/access-token.ts';
import { refreshOnDemand } from '../../../shared/tokens/refresh-on-demand.ts';
import { type CustodyWorld, startCustodyWorld } from '../../support/custody-world.ts';
import type { TestPorts } from '../../support/ports.ts';

let world: CustodyWorld;
let webex: WebexServer;
let ports: TestPorts;

beforeEach(async () => {
  world = await startCustodyWorld();
  ({ webex, ports } = world);
});
afterEach(() => world.close());

describe('a refresh on demand while another process refreshes', () => {
  /** Another process acquires the lease, and a moment later stores the result that `end` makes, if it is given. */
  const other = async (end?: (connection: Connection) => Connection) => {
    const { leased, version } = await world.leaseToOther();
    if (!end) return;
    const write = { set: world.path, data: end(leased), if: { version } };
    void ports.clock.sleep(60).then(() => ports.store.commit([write]));
  };

  it('shares its success', async () => {
    await other(({ lease: _lease, ...rest }) => ({ ...rest, grant: { ...rest.grant!, serial: 2 } }));
    expect(await refreshOnDemand(ports, world.customer)).toMatchObject({
      outcome: 'superseded',
      connection: { grant: { serial: 2 } },
    });
    expect(webex.control.stats().grants).toEqual({});
  });

  it('shares its failure', async () => {
    const fault = { code: 'webex_rate_limited', message: 'Webex asks us to slow down.', at: 1, trackingId: 't' };
    await other(({ lease: _lease, ...rest }) => ({ ...rest, failures: 1, fault }));
    await expect(refreshOnDemand(ports, world.customer)).rejects.toMatchObject({
      code: 'webex_rate_limited',
      detail: { trackingId: 't' },
    });
    expect(webex.control.stats().grants).toEqual({});
  });

  it('returns at once a token that still works', async () => {
    ports.clock.advance(14 * day - 5 * 60_000);
    await other();
    const askedAt = ports.clock.now();
    expect((await getAccessToken(ports, world.customer)).accessToken.reveal()).toMatch(/^[A-Za-z0-9]{64}$/);
    // A wait would let the clock jump by at least 250 ms.
    expect(ports.clock.now() - askedAt).toBeLessThan(50);
  });

  it('fails as busy when the other process never ends', async () => {
    await other();
    const now = await world.read();
    const endsAt = ports.clock.now() + 10 * leaseMs;
    await ports.store.commit([{ set: world.path, data: { ...now.data, lease: { ...now.data.lease!, endsAt } } }]);
    await expect(refreshOnDemand(ports, world.customer)).rejects.toMatchObject({ code: 'busy' });
  });
});
