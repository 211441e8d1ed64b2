import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleOrganizations } from '../../../local/webex/sample.ts';
import { startWebex, type WebexServer } from '../../../local/webex/server.ts';
import { adopted, adoptInto, exchangePastedTokens } from '../../../shared/connect/pasted-tokens.ts';
import { createCustomer, newCustomer, readCustomer } from '../../../shared/customers/records.ts';
import { Secret } from '../../../shared/domain/secret.ts';
import { newEvents } from '../../../shared/storage/outbox.ts';
import { getAccessToken } from '../../../shared/tokens/access-token.ts';
import { refreshDue } from '../../../shared/tokens/refresh-due.ts';
import { frozenClock } from '../../support/clock.ts';
import { administrator, connectedCustomer, readConnection, type TestPorts, testPorts } from '../../support/ports.ts';

const [acme, globex] = sampleOrganizations as [(typeof sampleOrganizations)[0], (typeof sampleOrganizations)[0]];
let webex: WebexServer;
let ports: TestPorts;
beforeEach(async () => {
  const clock = frozenClock();
  webex = await startWebex({ now: clock.now, rotation: 'rotate' });
  ports = testPorts(webex, { clock });
});
afterEach(async () => {
  await ports.store.close();
  await webex.close();
});

const pasted = (organization: { id: string }) => {
  const pair = webex.control.grant({ orgId: organization.id });
  return { accessToken: new Secret(pair.access_token), refreshToken: new Secret(pair.refresh_token!) };
};
const away = () => webex.control.faults({ match: { grant: 'refresh_token' }, fault: { status: 503 }, times: 'always' });
const run = () => refreshDue(ports, { concurrency: 2, endsAt: ports.clock.now() + 60_000 });

/** A customer of Acme with tokens of the organization, pasted while Webex was away. */
async function pastedInOutage(organization: { id: string }): Promise<string> {
  const fields = { hierarchy: 'sys', name: 'Acme', accountNumber: acme.id, shadow: [] };
  const { customer, connection } = newCustomer(fields, ports.clock.now());
  const { id } = away();
  const pair = pasted(organization);
  const adoption = await exchangePastedTokens(ports, customer, pair);
  expect(adoption.kind).toBe('unverified');
  const decided = await adopted(ports, connection, pair, adoption);
  const events = newEvents(decided.events, { customerId: customer.id, now: ports.clock.now() });
  await createCustomer(ports, administrator, { customer, connection: decided.connection }, async () => ({
    events,
  }));
  webex.control.clearFaults(id);
  return customer.id;
}

describe('a pasted pair', () => {
  it('is kept while Webex is away, never served, and proven by the next run', async () => {
    const id = await pastedInOutage(acme);
    expect(await readConnection(ports.store, id)).toMatchObject({ state: 'degraded', grant: { unverified: true } });
    const { id: fault } = away();
    await expect(getAccessToken(ports, id)).rejects.toMatchObject({ code: 'webex_unavailable' });
    webex.control.clearFaults(fault);
    ports.clock.advance(3_600_000);
    await run();
    const { state, grant } = await readConnection(ports.store, id);
    expect(state).toBe('active');
    expect(grant!.unverified).toBeUndefined();
    expect(grant!.authorizer).toMatchObject({ organizationId: acme.id });
    expect((await getAccessToken(ports, id)).accessToken.reveal()).toBeTruthy();
  });

  it('of another organization ends when that comes out, and is never used', async () => {
    const id = await pastedInOutage(globex);
    await run();
    const connection = await readConnection(ports.store, id);
    expect(connection).toMatchObject({ state: 'reauthorization_required', fault: { code: 'wrong_organization' } });
    expect(connection.grant).toBeUndefined();
    await expect(getAccessToken(ports, id)).rejects.toMatchObject({ code: 'not_connected' });
  });

  it('stays unverified, and unserved, while Webex renews but does not say whose it is', async () => {
    const id = await pastedInOutage(acme);
    const { id: fault } = webex.control.faults({
      match: { path: 'people/me' },
      fault: { status: 503 },
      times: 'always',
    });
    await run();
    expect(await readConnection(ports.store, id)).toMatchObject({ state: 'degraded', grant: { unverified: true } });
    await expect(getAccessToken(ports, id)).rejects.toMatchObject({ code: 'webex_unavailable' });
    webex.control.clearFaults(fault);
    ports.clock.advance(11 * 60_000);
    await run();
    expect(await readConnection(ports.store, id)).toMatchObject({ state: 'active' });
  });

  it('that Webex has rotated is stored before anything else can fail', async () => {
    const id = await connectedCustomer(ports, webex, acme);
    const { customer } = await readCustomer(ports.store, administrator, id, 'reader');
    webex.control.faults({ match: { path: 'people/me' }, fault: { status: 503 }, times: 'always' });
    await adoptInto(ports, administrator, customer, pasted(acme));
    const { grant, lease } = await readConnection(ports.store, id);
    expect(lease).toBeUndefined();
    const kept = await ports.sealer.open(grant!.sealedRefreshToken, `connections/${id} refresh_token`);
    expect(webex.control.isAlive(kept.reveal())).toBe(true);
  });

  it('of the wrong organization leaves a connection that works as it is, and no lease behind', async () => {
    const id = await connectedCustomer(ports, webex, acme);
    const { customer } = await readCustomer(ports.store, administrator, id, 'reader');
    const before = await readConnection(ports.store, id);
    await expect(adoptInto(ports, administrator, customer, pasted(globex))).rejects.toMatchObject({
      code: 'wrong_organization',
    });
    const { epoch: _epoch, ...after } = await readConnection(ports.store, id);
    expect({ ...after, epoch: before.epoch }).toEqual(before);
  });
});
