import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleOrganizations } from '../../../local/webex/sample.ts';
import { startWebex, type WebexServer } from '../../../local/webex/server.ts';
import { deleteCustomer, resumeStalledPurges } from '../../../shared/customers/delete.ts';
import { readCustomer, readStored } from '../../../shared/customers/records.ts';
import { uniquenessPaths } from '../../../shared/domain/customer.ts';
import { verifiedOrganizationPath } from '../../../shared/storage/layout.ts';
import { frozenClock } from '../../support/clock.ts';
import { queueUnavailable } from '../../support/faulty.ts';
import { administrator, connectedCustomer, type TestPorts, testPorts } from '../../support/ports.ts';

const acme = sampleOrganizations[0]!;
let webex: WebexServer;
let ports: TestPorts;
beforeEach(async () => {
  const clock = frozenClock();
  webex = await startWebex({ now: clock.now });
  ports = testPorts(webex, { clock });
});
afterEach(async () => {
  await ports.store.close();
  await webex.close();
});

const deleteIt = async (id: string) =>
  deleteCustomer(ports, administrator, await readStored(ports.store, administrator, id, 'administrator'), undefined);

describe('a deletion', () => {
  it('deletes tokens and names at once, and revokes the grant where the scopes allow it', async () => {
    const id = await connectedCustomer(ports, webex, acme);
    const [token] = webex.control.tokens(acme.id).refreshTokens;
    await deleteIt(id);
    await expect(readCustomer(ports.store, administrator, id, 'reader')).rejects.toMatchObject({ code: 'not_found' });
    const line = ports.lines.find(({ event }) => event === 'customer_deleted');
    expect(line).toMatchObject({ by: administrator.id, revoked: expect.stringMatching(/^(revoked|webex_forbidden)$/) });
    expect(webex.control.isAlive(token!.value)).toBe(line!.revoked !== 'revoked');
    await connectedCustomer(ports, webex, acme);
  });

  it('succeeds while Webex and the queue cannot be reached, and sends the message for the purge later', async () => {
    const id = await connectedCustomer(ports, webex, acme);
    webex.control.faults({ match: { path: 'authorizations' }, fault: { status: 503 }, times: 'always' });
    ports.queue.failNext('publish', queueUnavailable(), { times: 'always' });
    await deleteIt(id);
    ports.queue.heal();
    expect(await resumeStalledPurges(ports)).toBe(0);
    ports.clock.advance(3_600_000);
    expect(await resumeStalledPurges(ports)).toBe(1);
    expect(ports.messages.at(-1)!.data).toEqual({ customer: id, purge: true });
  });

  it('leaves names to another customer that has them', async () => {
    const id = await connectedCustomer(ports, webex, acme);
    const { customer } = await readCustomer(ports.store, administrator, id, 'reader');
    const paths = uniquenessPaths(customer);
    await ports.store.commit([{ set: paths.name, data: { customerId: 'another' } }]);
    await deleteIt(id);
    expect(await ports.store.getMany([paths.name, paths.accountNumber])).toMatchObject([
      { data: { customerId: 'another' } },
      undefined,
    ]);
  });

  it('frees the organization for another customer, but only if this one had it', async () => {
    const path = verifiedOrganizationPath(acme.id);
    for (const [owner, left] of [
      ['this', undefined],
      ['another', { customerId: 'another' }],
    ] as const) {
      const id = await connectedCustomer(ports, webex, acme);
      const customerId = owner === 'this' ? id : owner;
      await ports.store.commit([{ set: path, data: { customerId } }]);
      await deleteIt(id);
      expect((await ports.store.get(path))?.data).toEqual(left);
    }
  });
});
