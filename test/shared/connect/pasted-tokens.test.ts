import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleOrganizations } from '../../../local/webex/sample.ts';
import { startWebex, type WebexServer } from '../../../local/webex/server.ts';
import { createWithTokens, exchangePastedTokens } from '../../../shared/connect/pasted-tokens.ts';
import { settlePendingDue } from '../../../shared/connect/pending-grant.ts';
import { accessTokenFor } from '../../../shared/connect/refresh-customer.ts';
import { newCustomer, readCustomer } from '../../../shared/customers/records.ts';
import { Secret } from '../../../shared/domain/secret.ts';
import { connectionPath, customerPath, refreshTokenPlace } from '../../../shared/storage/layout.ts';
import { getAccessToken } from '../../../shared/tokens/access-token.ts';
import { frozenClock } from '../../support/clock.ts';
import { storeUnavailable } from '../../support/faulty.ts';
import { administrator, connectedCustomer, readConnection, type TestPorts, testPorts } from '../../support/ports.ts';

const [acme, globex] = sampleOrganizations as [(typeof sampleOrganizations)[0], (typeof sampleOrganizations)[0]];
let webex: WebexServer;
let ports: TestPorts;
let created = 0;

async function start(rotation: 'keep' | 'rotate' = 'rotate'): Promise<void> {
  const clock = frozenClock();
  webex = await startWebex({ now: clock.now, rotation });
  ports = testPorts(webex, { clock });
}
beforeEach(() => start());
afterEach(async () => {
  await ports.store.close();
  await webex.close();
});

const pasted = (organization: { id: string }) => {
  const pair = webex.control.grant({ orgId: organization.id });
  return { accessToken: new Secret(pair.access_token), refreshToken: new Secret(pair.refresh_token!) };
};
const away = () => webex.control.faults({ match: { grant: 'refresh_token' }, fault: { status: 503 }, times: 'always' });
const silentAboutOwners = (times: number | 'always' = 'always') =>
  webex.control.faults({ match: { path: 'people/me' }, fault: { status: 503 }, times });
const settle = () => settlePendingDue(ports, { concurrency: 2, endsAt: ports.clock.now() + 60_000 });
const paste = async (id: string, pair: ReturnType<typeof pasted>) =>
  exchangePastedTokens(
    ports,
    administrator,
    (await readCustomer(ports.store, administrator, id, 'reader')).customer,
    pair,
  );
const storedRefreshToken = async (id: string) => {
  const { grant } = await readConnection(ports.store, id);
  return (await ports.sealer.open(grant!.sealedRefreshToken, refreshTokenPlace(id))).reveal();
};

/** Creates a customer of Acme together with tokens of the organization. */
async function create(organization: { id: string }, pair = pasted(organization)): Promise<string> {
  created += 1;
  const fields = { hierarchy: 'sys', name: `Acme ${created}`, accountNumber: acme.id, shadow: [] };
  const { customer } = await createWithTokens(ports, administrator, newCustomer(fields, ports.clock.now()), pair);
  return customer.id;
}

async function createInOutage(organization: { id: string }): Promise<string> {
  const { id: fault } = away();
  const id = await create(organization);
  webex.control.clearFaults(fault);
  ports.clock.advance(11 * 60_000);
  return id;
}

describe('tokens pasted for a new customer', () => {
  it('connect it when they are its own, and ask for the first sync', async () => {
    const id = await create(acme);
    expect(await readConnection(ports.store, id)).toMatchObject({
      state: 'active',
      grant: { authorizer: { organizationId: acme.id } },
    });
    expect(await readConnection(ports.store, id)).not.toHaveProperty('pending');
    expect(ports.messages.map(({ topic }) => topic)).toContain('sync-users');
  });

  it('are kept while Webex is away, never served, and verified by the next run', async () => {
    const id = await createInOutage(acme);
    const before = await readConnection(ports.store, id);
    expect(before).toMatchObject({ state: 'degraded', fault: { code: 'webex_unavailable' } });
    expect(before).not.toHaveProperty('grant');
    await expect(getAccessToken(ports, id)).rejects.toMatchObject({ code: 'busy' });
    const { id: fault } = away();
    await expect(accessTokenFor(ports, id)).rejects.toMatchObject({ code: 'webex_unavailable' });
    webex.control.clearFaults(fault);
    ports.clock.advance(3_600_000);
    expect(await settle()).toBe(1);
    expect(await readConnection(ports.store, id)).toMatchObject({ state: 'active' });
    expect((await getAccessToken(ports, id)).accessToken.reveal()).toBeTruthy();
  });

  it('are verified at once when a caller needs an access token', async () => {
    const id = await createInOutage(acme);
    expect((await accessTokenFor(ports, id)).accessToken.reveal()).toBeTruthy();
  });

  it('of another organization leave neither a customer nor its names', async () => {
    await expect(create(globex)).rejects.toMatchObject({ code: 'wrong_organization' });
    expect(await ports.store.query({ collection: 'customers', limit: 10 })).toEqual([]);
    expect(await ports.store.query({ collection: 'connections', limit: 10 })).toEqual([]);
    expect(await ports.store.query({ collection: 'names', limit: 10 })).toEqual([]);
  });

  it('that Webex does not accept leave no customer, and say which field is wrong', async () => {
    const garbage = { accessToken: new Secret('x'.repeat(40)), refreshToken: new Secret('y'.repeat(40)) };
    await expect(create(acme, garbage)).rejects.toMatchObject({
      code: 'invalid_request',
      detail: { problems: [{ pointer: '/refresh_token' }] },
    });
    expect(await ports.store.query({ collection: 'customers', limit: 10 })).toEqual([]);
  });

  it('are not spent on a name that is taken', async () => {
    await create(acme);
    created -= 1;
    const pair = pasted(acme);
    await expect(create(acme, pair)).rejects.toMatchObject({ code: 'already_exists' });
    expect(webex.control.isAlive(pair.refreshToken.reveal())).toBe(true);
  });

  it('of another organization are deleted when that comes out later, and never used', async () => {
    const id = await createInOutage(globex);
    await settle();
    const connection = await readConnection(ports.store, id);
    expect(connection).toMatchObject({ state: 'reauthorization_required', fault: { code: 'wrong_organization' } });
    expect(JSON.stringify(connection)).not.toContain('sealed');
    await expect(getAccessToken(ports, id)).rejects.toMatchObject({ code: 'not_connected' });
  });

  it('stay unserved while Webex renews them but does not say whose they are', async () => {
    const id = await createInOutage(acme);
    const { id: fault } = silentAboutOwners();
    expect(await settle()).toBe(0);
    const { pending, state } = await readConnection(ports.store, id);
    expect(state).toBe('degraded');
    const kept = await ports.sealer.open(pending!.sealedRefreshToken, refreshTokenPlace(id));
    expect(webex.control.isAlive(kept.reveal())).toBe(true);
    await expect(getAccessToken(ports, id)).rejects.toMatchObject({ code: 'busy' });
    webex.control.clearFaults(fault);
    ports.clock.advance(21 * 60_000);
    expect(await settle()).toBe(1);
    expect(await readConnection(ports.store, id)).toMatchObject({ state: 'active' });
  });

  it('are given up when Webex refuses them twice', async () => {
    const id = await createInOutage(acme);
    webex.control.revokeGrants({ orgId: acme.id });
    await settle();
    expect(await readConnection(ports.store, id)).toMatchObject({ state: 'degraded' });
    ports.clock.advance(3_600_000);
    await settle();
    expect(await readConnection(ports.store, id)).toMatchObject({ state: 'reauthorization_required' });
    expect(JSON.stringify(await readConnection(ports.store, id))).not.toContain('sealed');
  });

  it('are kept when the store is away after Webex has rotated them', async () => {
    ports.store.failNext('commit', storeUnavailable(), { path: 'connections/', times: 3, when: isResult });
    const id = await create(acme);
    expect(await readConnection(ports.store, id)).toMatchObject({ state: 'active' });
    expect(webex.control.isAlive(await storedRefreshToken(id))).toBe(true);
  });
});

/** The commit that stores what Webex gave. */
const isResult = (writes: object[]) => JSON.stringify(writes).includes('"facts":{"requestedAt"');

describe.each(['keep', 'rotate'] as const)(
  'tokens pasted into a working connection, Webex %ss refresh tokens',
  (rotation) => {
    let id: string;
    let good: string;
    beforeEach(async () => {
      await ports.store.close();
      await webex.close();
      await start(rotation);
      id = await connectedCustomer(ports, webex, acme);
      good = await storedRefreshToken(id);
    });

    it('take its place once they are verified', async () => {
      expect(await paste(id, pasted(acme))).toEqual({ kind: 'verified' });
      expect(await storedRefreshToken(id)).not.toBe(good);
      expect(await readConnection(ports.store, id)).toMatchObject({ state: 'active', grant: { authorizer: {} } });
    });

    it('of another organization change nothing', async () => {
      const before = await readConnection(ports.store, id);
      await expect(paste(id, pasted(globex))).rejects.toMatchObject({ code: 'wrong_organization' });
      const { epoch: _epoch, ...after } = await readConnection(ports.store, id);
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
        const { id: order } = webex.control.faults({
          match: { path: fault.path },
          fault: { status: fault.status },
          times: 'always',
        });
        expect(await paste(id, pasted(globex))).toMatchObject({ kind: 'waiting' });
        expect(await readConnection(ports.store, id)).toMatchObject({ state: 'active', pending: { source: 'pasted' } });
        expect(await storedRefreshToken(id)).toBe(good);
        webex.control.clearFaults(order);
        ports.clock.advance(3_600_000);
        await settle();
        const after = await readConnection(ports.store, id);
        expect(after.state).toBe('active');
        expect(after).not.toHaveProperty('pending');
        expect(await storedRefreshToken(id)).toBe(good);
        expect(webex.control.isAlive(good)).toBe(true);
      },
    );

    it('are swapped in when they turn out to be right', async () => {
      const { id: order } = silentAboutOwners();
      await paste(id, pasted(acme));
      webex.control.clearFaults(order);
      ports.clock.advance(3_600_000);
      expect(await settle()).toBe(1);
      expect(await storedRefreshToken(id)).not.toBe(good);
      expect(await readConnection(ports.store, id)).not.toHaveProperty('pending');
    });

    it('are refused when Webex cannot renew them', async () => {
      const before = await readConnection(ports.store, id);
      away();
      await expect(paste(id, pasted(acme))).rejects.toMatchObject({ code: 'webex_unavailable' });
      const { epoch: _epoch, ...after } = await readConnection(ports.store, id);
      expect({ ...after, epoch: before.epoch }).toEqual(before);
    });

    it('that are its own are refreshed in place', async () => {
      const pair = { accessToken: new Secret('x'.repeat(40)), refreshToken: new Secret(good) };
      await paste(id, pair);
      expect(await readConnection(ports.store, id)).toMatchObject({ state: 'active', grant: { serial: 2 } });
      expect(webex.control.isAlive(await storedRefreshToken(id))).toBe(true);
    });

    it('give way to a consent that completes while Webex is asked', async () => {
      const consented = webex.control.grant({ orgId: acme.id }).refresh_token!;
      ports.webex.beforeNext('refresh', async () => {
        const read = (await ports.store.get<object & { grant: object; epoch: number }>(connectionPath(id)))!;
        const { lease: _lease, pending: _pending, ...rest } = read.data as Record<string, unknown>;
        const sealedRefreshToken = await ports.sealer.seal(new Secret(consented), refreshTokenPlace(id));
        const grant = { ...read.data.grant, sealedRefreshToken, serial: 7 };
        await ports.store.commit([{ set: read.path, data: { ...rest, grant, epoch: read.data.epoch + 1 } }]);
      });
      await expect(paste(id, pasted(acme))).rejects.toMatchObject({ code: 'busy' });
      expect(await storedRefreshToken(id)).toBe(consented);
      expect(await readConnection(ports.store, id)).not.toHaveProperty('pending');
    });
  },
);

describe('the record', () => {
  it('that has become another organization while Webex was asked gets no tokens of the old one', async () => {
    const id = await createInOutage(acme);
    ports.webex.afterNext('me', async () => {
      const read = (await ports.store.get<object>(customerPath(id)))!;
      await ports.store.commit([{ set: read.path, data: { ...read.data, accountNumber: globex.id } }]);
    });
    await settle();
    const connection = await readConnection(ports.store, id);
    expect(connection.state).toBe('reauthorization_required');
    expect(connection).not.toHaveProperty('grant');
  });
});
