/** A pair that waits beside a working grant: swapped in once verified, or dropped; the grant is never touched. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../shared/domain/secret.ts';
import { connectionPath, refreshTokenPlace } from '../../../shared/storage/layout.ts';
import { acme, globex, type Pasting, startPasting } from '../../support/pasting.ts';
import { connectedCustomer, readConnection } from '../../support/ports.ts';

describe.each(['keep', 'rotate'] as const)(
  'tokens pasted into a working connection, Webex %ss refresh tokens',
  (rotation) => {
    let world: Pasting;
    let id: string;
    let good: string;
    beforeEach(async () => {
      world = await startPasting(rotation);
      id = await connectedCustomer(world.ports, world.webex, acme);
      good = await world.storedRefreshToken(id);
    });
    afterEach(() => world.close());

    it('take its place once they are verified', async () => {
      expect(await world.paste(id, world.tokens(acme))).toEqual({ kind: 'verified' });
      expect(await world.storedRefreshToken(id)).not.toBe(good);
      expect(await readConnection(world.ports.store, id)).toMatchObject({ state: 'active', grant: { authorizer: {} } });
    });

    it('of another organization change nothing', async () => {
      const before = await readConnection(world.ports.store, id);
      await expect(world.paste(id, world.tokens(globex))).rejects.toMatchObject({ code: 'wrong_organization' });
      const { epoch: _epoch, ...after } = await readConnection(world.ports.store, id);
      expect({ ...after, epoch: before.epoch }).toEqual(before);
    });

    it.each([
      { path: 'people/me', status: 401 },
      { path: 'people/me', status: 403 },
      { path: 'people/me', status: 429 },
      { path: 'people/me', status: 500 },
      { path: 'organizations/', status: 503 },
    ])(
      'wait beside it while $path answers $status, and are dropped when they turn out to be of another',
      async (fault) => {
        const { id: order } = world.webex.control.faults({
          match: { path: fault.path },
          fault: { status: fault.status },
          times: 'always',
        });
        expect(await world.paste(id, world.tokens(globex))).toMatchObject({ kind: 'waiting' });
        expect(await readConnection(world.ports.store, id)).toMatchObject({
          state: 'active',
          pending: { source: 'pasted' },
        });
        expect(await world.storedRefreshToken(id)).toBe(good);
        world.webex.control.clearFaults(order);
        world.ports.clock.advance(3_600_000);
        await world.settle();
        const after = await readConnection(world.ports.store, id);
        expect(after.state).toBe('active');
        expect(after).not.toHaveProperty('pending');
        expect(await world.storedRefreshToken(id)).toBe(good);
        expect(world.webex.control.isAlive(good)).toBe(true);
      },
    );

    it('become the grant once Webex confirms their owner', async () => {
      const order = world.silentAboutOwners();
      await world.paste(id, world.tokens(acme));
      world.webex.control.clearFaults(order);
      world.ports.clock.advance(3_600_000);
      expect(await world.settle()).toBe(1);
      expect(await world.storedRefreshToken(id)).not.toBe(good);
      expect(await readConnection(world.ports.store, id)).not.toHaveProperty('pending');
    });

    it('are refused when Webex cannot renew them', async () => {
      const before = await readConnection(world.ports.store, id);
      world.away();
      await expect(world.paste(id, world.tokens(acme))).rejects.toMatchObject({ code: 'webex_unavailable' });
      const { epoch: _epoch, ...after } = await readConnection(world.ports.store, id);
      expect({ ...after, epoch: before.epoch }).toEqual(before);
    });

    it('that are its own are refreshed in place', async () => {
      const pair = { accessToken: new Secret('x'.repeat(40)), refreshToken: new Secret(good) };
      await world.paste(id, pair);
      expect(await readConnection(world.ports.store, id)).toMatchObject({ state: 'active', grant: { serial: 2 } });
      expect(world.webex.control.isAlive(await world.storedRefreshToken(id))).toBe(true);
    });

    it('give way to a consent that completes during their verification', async () => {
      const consented = world.webex.control.grant({ orgId: acme.id }).refresh_token!;
      world.ports.webex.beforeNext('refresh', async () => {
        const read = (await world.ports.store.get<object & { grant: object; epoch: number }>(connectionPath(id)))!;
        const { lease: _lease, pending: _pending, ...rest } = read.data as Record<string, unknown>;
        const sealedRefreshToken = await world.ports.sealer.seal(new Secret(consented), refreshTokenPlace(id));
        const grant = { ...read.data.grant, sealedRefreshToken, serial: 7 };
        await world.ports.store.commit([{ set: read.path, data: { ...rest, grant, epoch: read.data.epoch + 1 } }]);
      });
      await expect(world.paste(id, world.tokens(acme))).rejects.toMatchObject({ code: 'busy' });
      expect(await world.storedRefreshToken(id)).toBe(consented);
      expect(await readConnection(world.ports.store, id)).not.toHaveProperty('pending');
    });
  },
);
