import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { workingAccess } from '../../shared/access.ts';
import { adopted, adoptInto, tryPasted } from '../../shared/adopt.ts';
import { createCustomer, newCustomer, readCustomer } from '../../shared/customers.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { refreshDue } from '../../shared/refresh-due.ts';
import {
  administrator,
  connectedCustomer,
  movableClock,
  readConnection,
  type TestOutside,
  testOutside,
} from '../support/outside.ts';
import { sampleOrganizations } from '../webex/sample.ts';
import { startWebex, type WebexServer } from '../webex/server.ts';

const [acme, globex] = sampleOrganizations as [(typeof sampleOrganizations)[0], (typeof sampleOrganizations)[0]];
let webex: WebexServer;
let outside: TestOutside;
beforeEach(async () => {
  const clock = movableClock();
  webex = await startWebex({ now: clock.now, rotation: 'rotate' });
  outside = testOutside(webex, { clock });
});
afterEach(async () => {
  await outside.store.close();
  await webex.close();
});

const pasted = (organization: { id: string }) => {
  const pair = webex.control.grant({ orgId: organization.id });
  return { accessToken: new Secret(pair.access_token), refreshToken: new Secret(pair.refresh_token!) };
};
const away = () => webex.control.faults({ match: { grant: 'refresh_token' }, fault: { status: 503 }, times: 'always' });
const run = () => refreshDue(outside, { concurrency: 2, endsAt: outside.clock.now() + 60_000 });

/** A customer of Acme with tokens of the organization, pasted while Webex was away. */
async function pastedInOutage(organization: { id: string }): Promise<string> {
  const fields = { hierarchy: 'sys', name: 'Acme', accountNumber: acme.id, shadow: [] };
  const { customer, connection } = newCustomer(fields, outside.clock.now());
  const { id } = away();
  const pair = pasted(organization);
  const adoption = await tryPasted(outside, customer, pair);
  expect(adoption.kind).toBe('unproven');
  const decided = await adopted(outside, connection, pair, adoption);
  await createCustomer(
    outside,
    administrator,
    { customer, connection: decided.connection },
    { events: decided.events },
  );
  webex.control.clearFaults(id);
  return customer.id;
}

describe('a pasted pair', () => {
  it('is kept while Webex is away, never served, and proven by the next run', async () => {
    const id = await pastedInOutage(acme);
    expect(await readConnection(outside.store, id)).toMatchObject({ state: 'degraded', grant: { unproven: true } });
    const { id: fault } = away();
    await expect(workingAccess(outside, id)).rejects.toMatchObject({ code: 'webex_unavailable' });
    webex.control.clearFaults(fault);
    outside.clock.advance(3_600_000);
    await run();
    const { state, grant } = await readConnection(outside.store, id);
    expect(state).toBe('active');
    expect(grant!.unproven).toBeUndefined();
    expect(grant!.authorizer).toMatchObject({ organizationId: acme.id });
    expect((await workingAccess(outside, id)).accessToken.reveal()).toBeTruthy();
  });

  it('of another organization ends when that comes out, and is never used', async () => {
    const id = await pastedInOutage(globex);
    await run();
    const connection = await readConnection(outside.store, id);
    expect(connection).toMatchObject({ state: 'reauthorization_required', fault: { code: 'wrong_organization' } });
    expect(connection.grant).toBeUndefined();
    await expect(workingAccess(outside, id)).rejects.toMatchObject({ code: 'not_connected' });
  });

  it('stays unproven, and unserved, while Webex renews but does not say whose it is', async () => {
    const id = await pastedInOutage(acme);
    const { id: fault } = webex.control.faults({
      match: { path: 'people/me' },
      fault: { status: 503 },
      times: 'always',
    });
    await run();
    expect(await readConnection(outside.store, id)).toMatchObject({ state: 'degraded', grant: { unproven: true } });
    await expect(workingAccess(outside, id)).rejects.toMatchObject({ code: 'webex_unavailable' });
    webex.control.clearFaults(fault);
    outside.clock.advance(11 * 60_000);
    await run();
    expect(await readConnection(outside.store, id)).toMatchObject({ state: 'active' });
  });

  it('that Webex has rotated is stored before anything else can fail', async () => {
    const id = await connectedCustomer(outside, webex, acme);
    const { customer } = await readCustomer(outside.store, administrator, id, 'reader');
    webex.control.faults({ match: { path: 'people/me' }, fault: { status: 503 }, times: 'always' });
    await adoptInto(outside, administrator, customer, pasted(acme));
    const { grant, lease } = await readConnection(outside.store, id);
    expect(lease).toBeUndefined();
    const kept = await outside.sealer.open(grant!.sealedRefreshToken, `connections/${id} refresh_token`);
    expect(webex.control.isAlive(kept.reveal())).toBe(true);
  });

  it('of the wrong organization leaves a connection that works as it is, and no lease behind', async () => {
    const id = await connectedCustomer(outside, webex, acme);
    const { customer } = await readCustomer(outside.store, administrator, id, 'reader');
    const before = await readConnection(outside.store, id);
    await expect(adoptInto(outside, administrator, customer, pasted(globex))).rejects.toMatchObject({
      code: 'wrong_organization',
    });
    const { epoch: _epoch, ...after } = await readConnection(outside.store, id);
    expect({ ...after, epoch: before.epoch }).toEqual(before);
  });
});
