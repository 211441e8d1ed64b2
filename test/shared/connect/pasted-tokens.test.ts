import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accessTokenFor } from '../../../shared/connect/refresh-customer.ts';
import type { Customer } from '../../../shared/domain/customer.ts';
import { Secret } from '../../../shared/domain/secret.ts';
import { customerPath, refreshTokenPlace } from '../../../shared/storage/layout.ts';
import { getAccessToken } from '../../../shared/tokens/access-token.ts';
import { storeUnavailable } from '../../support/faulty.ts';
import { acme, globex, type Pasting, startPasting } from '../../support/pasting.ts';
import { giveGrant, readConnection } from '../../support/ports.ts';

let world: Pasting;
beforeEach(async () => {
  world = await startPasting('rotate');
});
afterEach(() => world.close());

describe('tokens pasted for a new customer', () => {
  it('connect it when they belong to its organization, and request the first sync', async () => {
    const id = await world.create(world.tokens(acme));
    expect(await readConnection(world.ports.store, id)).toMatchObject({
      state: 'active',
      grant: { authorizer: { organizationId: acme.id } },
    });
    expect(await readConnection(world.ports.store, id)).not.toHaveProperty('pending');
    expect(world.ports.messages.map(({ topic }) => topic)).toContain('sync-users');
  });

  it('are stored while Webex is unavailable, never served, and verified by the next run', async () => {
    const id = await world.createInOutage(world.tokens(acme));
    const before = await readConnection(world.ports.store, id);
    expect(before).toMatchObject({ state: 'degraded', fault: { code: 'webex_unavailable' } });
    expect(before).not.toHaveProperty('grant');
    await expect(getAccessToken(world.ports, id)).rejects.toMatchObject({ code: 'busy' });
    const fault = world.away();
    await expect(accessTokenFor(world.ports, id)).rejects.toMatchObject({ code: 'webex_unavailable' });
    world.webex.control.clearFaults(fault);
    world.ports.clock.advance(3_600_000);
    expect(await world.settle()).toBe(1);
    expect(await readConnection(world.ports.store, id)).toMatchObject({ state: 'active' });
    expect((await getAccessToken(world.ports, id)).accessToken.reveal()).toBeTruthy();
  });

  it('are verified at once when a caller needs an access token', async () => {
    const id = await world.createInOutage(world.tokens(acme));
    expect((await accessTokenFor(world.ports, id)).accessToken.reveal()).toBeTruthy();
  });

  it('of another organization leave neither a customer nor its names', async () => {
    await expect(world.create(world.tokens(globex))).rejects.toMatchObject({ code: 'wrong_organization' });
    expect(await world.ports.store.query({ collection: 'customers', limit: 10 })).toEqual([]);
    expect(await world.ports.store.query({ collection: 'connections', limit: 10 })).toEqual([]);
    expect(await world.ports.store.query({ collection: 'names', limit: 10 })).toEqual([]);
  });

  it('that Webex does not accept leave no customer, and say which field is wrong', async () => {
    const garbage = { accessToken: new Secret('x'.repeat(40)), refreshToken: new Secret('y'.repeat(40)) };
    await expect(world.create(garbage)).rejects.toMatchObject({
      code: 'invalid_request',
      detail: { problems: [{ pointer: '/refresh_token' }] },
    });
    expect(await world.ports.store.query({ collection: 'customers', limit: 10 })).toEqual([]);
  });

  it('that Webex refuses do not delete a customer that is connected in the meantime', async () => {
    const garbage = { accessToken: new Secret('x'.repeat(40)), refreshToken: new Secret('y'.repeat(40)) };
    let id = '';
    world.ports.store.beforeNext(
      'commit',
      async () => {
        const [record] = await world.ports.store.query<Customer>({ collection: 'customers', limit: 1 });
        id = record!.data.id;
        await giveGrant(world.ports, id, world.webex.control.grant({ orgId: acme.id }));
      },
      { path: 'removals/' },
    );
    await expect(world.create(garbage)).rejects.toMatchObject({ code: 'invalid_request' });
    expect(await readConnection(world.ports.store, id)).toMatchObject({ state: 'active' });
  });

  it('are not spent on a name that is taken', async () => {
    await world.create(world.tokens(acme));
    const pair = world.tokens(acme);
    await expect(world.create(pair)).rejects.toMatchObject({ code: 'already_exists' });
    expect(world.webex.control.isAlive(pair.refreshToken.reveal())).toBe(true);
  });

  it('are deleted, and never used, when Webex later says that they belong to another organization', async () => {
    const id = await world.createInOutage(world.tokens(globex));
    await world.settle();
    const connection = await readConnection(world.ports.store, id);
    expect(connection).toMatchObject({ state: 'reauthorization_required', fault: { code: 'wrong_organization' } });
    expect(JSON.stringify(connection)).not.toContain('sealed');
    await expect(getAccessToken(world.ports, id)).rejects.toMatchObject({ code: 'not_connected' });
  });

  it('are not served while Webex renews them without confirming their owner', async () => {
    const id = await world.createInOutage(world.tokens(acme));
    const fault = world.silentAboutOwners();
    expect(await world.settle()).toBe(0);
    const { pending, state } = await readConnection(world.ports.store, id);
    expect(state).toBe('degraded');
    const kept = await world.ports.sealer.open(pending!.sealedRefreshToken, refreshTokenPlace(id));
    expect(world.webex.control.isAlive(kept.reveal())).toBe(true);
    await expect(getAccessToken(world.ports, id)).rejects.toMatchObject({ code: 'busy' });
    world.webex.control.clearFaults(fault);
    world.ports.clock.advance(21 * 60_000);
    expect(await world.settle()).toBe(1);
    expect(await readConnection(world.ports.store, id)).toMatchObject({ state: 'active' });
  });

  it.each(['the same again', 'made up'] as const)(
    'and renewed do not give way to others that Webex refuses (%s)',
    async (kind) => {
      const fault = world.silentAboutOwners();
      const pair = world.tokens(acme);
      const id = await world.create(pair);
      const others = { accessToken: new Secret('x'.repeat(40)), refreshToken: new Secret('y'.repeat(40)) };
      const second = kind === 'made up' ? others : pair;
      await expect(world.paste(id, second)).rejects.toMatchObject({ code: 'busy' });
      const { pending } = await readConnection(world.ports.store, id);
      const kept = await world.ports.sealer.open(pending!.sealedRefreshToken, refreshTokenPlace(id));
      expect(world.webex.control.isAlive(kept.reveal())).toBe(true);
      world.webex.control.clearFaults(fault);
      await expect(world.paste(id, second)).rejects.toMatchObject({ code: 'invalid_request' });
      expect(await readConnection(world.ports.store, id)).toMatchObject({ state: 'active' });
      expect(world.webex.control.isAlive(await world.storedRefreshToken(id))).toBe(true);
    },
  );

  it('wait again after others that Webex refuses', async () => {
    const id = await world.createInOutage(world.tokens(acme));
    const before = await readConnection(world.ports.store, id);
    const garbage = { accessToken: new Secret('x'.repeat(40)), refreshToken: new Secret('y'.repeat(40)) };
    await expect(world.paste(id, garbage)).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(world.paste(id, world.tokens(globex))).rejects.toMatchObject({ code: 'wrong_organization' });
    expect((await readConnection(world.ports.store, id)).pending).toEqual(before.pending);
    expect(await world.settle()).toBe(1);
    expect(await readConnection(world.ports.store, id)).toMatchObject({ state: 'active' });
  });

  it('give way to others when their owner turns out to be no administrator', async () => {
    const fault = world.silentAboutOwners();
    const { email } = acme.members![0]!;
    const { access_token, refresh_token } = world.webex.control.grant({ orgId: acme.id, email });
    const member = { accessToken: new Secret(access_token), refreshToken: new Secret(refresh_token!) };
    const id = await world.create(member);
    world.webex.control.clearFaults(fault);
    expect(await world.paste(id, world.tokens(acme))).toEqual({ kind: 'verified' });
    expect(await readConnection(world.ports.store, id)).toMatchObject({ state: 'active' });
  });

  it('are given up when Webex refuses them twice', async () => {
    const id = await world.createInOutage(world.tokens(acme));
    world.webex.control.revokeGrants({ orgId: acme.id });
    await world.settle();
    expect(await readConnection(world.ports.store, id)).toMatchObject({ state: 'degraded' });
    world.ports.clock.advance(3_600_000);
    await world.settle();
    expect(await readConnection(world.ports.store, id)).toMatchObject({ state: 'reauthorization_required' });
    expect(JSON.stringify(await readConnection(world.ports.store, id))).not.toContain('sealed');
  });

  it('are stored once the store is available again, after Webex has rotated them', async () => {
    world.ports.store.failNext('commit', storeUnavailable(), { path: 'connections/', times: 3, when: isResult });
    const id = await world.create(world.tokens(acme));
    expect(await readConnection(world.ports.store, id)).toMatchObject({ state: 'active' });
    expect(world.webex.control.isAlive(await world.storedRefreshToken(id))).toBe(true);
  });
});

/** The commit that stores what Webex gave. */
const isResult = (writes: object[]) => JSON.stringify(writes).includes('"facts":{"requestedAt"');

describe('the record', () => {
  it('gets no tokens of its old organization when its account number changes during the verification', async () => {
    const id = await world.createInOutage(world.tokens(acme));
    world.ports.webex.afterNext('me', async () => {
      const read = (await world.ports.store.get<object>(customerPath(id)))!;
      await world.ports.store.commit([{ set: read.path, data: { ...read.data, accountNumber: globex.id } }]);
    });
    await world.settle();
    const connection = await readConnection(world.ports.store, id);
    expect(connection.state).toBe('reauthorization_required');
    expect(connection).not.toHaveProperty('grant');
  });
});
