import { afterEach, beforeEach, expect, it } from 'vitest';
import { accessTokenFor, refreshCustomer } from '../../../shared/connect/refresh-customer.ts';
import { Failure } from '../../../shared/domain/failure.ts';
import { afterConfirmedRefusal } from '../../../shared/domain/refresh-policy.ts';
import { Secret } from '../../../shared/domain/secret.ts';
import { hour, minute } from '../../../shared/domain/time.ts';
import { connectionPath } from '../../../shared/storage/layout.ts';
import { getAccessToken } from '../../../shared/tokens/access-token.ts';
import { acme, globex, type Pasting, startPasting } from '../../support/pasting.ts';
import { connectedCustomer, readConnection } from '../../support/ports.ts';

let world: Pasting;
let id: string;

beforeEach(async () => {
  world = await startPasting('rotate');
  id = await connectedCustomer(world.ports, world.webex, acme);
});
afterEach(() => world.close());

/** Webex has refused the grant twice, and may accept it again. */
async function end(): Promise<void> {
  const refused = new Failure('grant_refused', 'Webex refuses the grant.') as Failure;
  const { connection } = afterConfirmedRefusal(await readConnection(world.ports.store, id), refused, now());
  await world.ports.store.commit([{ set: connectionPath(id), data: connection }]);
  world.ports.clock.advance(hour);
}
const now = () => world.ports.clock.now();

it('revives an ended connection that Webex accepts again, and says so', async () => {
  await end();
  expect(await refreshCustomer(world.ports, id, 'portal')).toBe('refreshed');
  const connection = await readConnection(world.ports.store, id);
  expect(connection).toMatchObject({ state: 'active', grant: { authorizer: { organizationId: acme.id } } });
  expect(connection).not.toHaveProperty('pending');
  expect(world.webex.control.isAlive(await world.storedRefreshToken(id))).toBe(true);
  expect(world.ports.messages.map(({ data }) => data.type)).toContain('webex_customer_access.customer.v1.recovered');
});

it('asks Webex about an ended connection at most every ten minutes', async () => {
  await end();
  world.webex.control.revokeGrants({ orgId: acme.id });
  const refresh = () => refreshCustomer(world.ports, id).catch((error: Failure) => error.code);
  expect(await refresh()).toBe('grant_refused');
  expect(await refresh()).toBe('reauthorization_required');
  world.ports.clock.advance(11 * minute);
  expect(await refresh()).toBe('grant_refused');
});

it('deletes the tokens of a revived connection when they belong to another organization', async () => {
  await end();
  world.ports.webex.answerNext('me', async (act) => ({ ...(await act()), orgId: globex.id }));
  await expect(refreshCustomer(world.ports, id)).rejects.toMatchObject({
    code: 'wrong_organization',
  });
  const connection = await readConnection(world.ports.store, id);
  expect(connection.state).toBe('reauthorization_required');
  expect(JSON.stringify(connection)).not.toContain('sealed');
});

it('serves no token of a revived connection before it is verified', async () => {
  await end();
  const fault = world.silentAboutOwners();
  await expect(refreshCustomer(world.ports, id)).rejects.toMatchObject({ code: 'webex_unavailable' });
  await expect(getAccessToken(world.ports, id)).rejects.toMatchObject({ code: 'busy' });
  await expect(accessTokenFor(world.ports, id)).rejects.toMatchObject({ code: 'webex_unavailable' });
  world.webex.control.clearFaults(fault);
  expect((await accessTokenFor(world.ports, id)).accessToken.reveal()).toBeTruthy();
  expect(await readConnection(world.ports.store, id)).toMatchObject({ state: 'active' });
});

it('verifies a connection that is revived because its own tokens are pasted', async () => {
  await end();
  const refreshToken = new Secret(await world.storedRefreshToken(id));
  await world.paste(id, { accessToken: new Secret('x'.repeat(40)), refreshToken });
  expect(await readConnection(world.ports.store, id)).toMatchObject({ state: 'active' });
});
