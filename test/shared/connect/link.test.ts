import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createConnectLink, openLink } from '../../../shared/connect/link.ts';
import { createCustomer, newCustomer, readStored } from '../../../shared/customers/records.ts';
import { type ConnectLink, digest, linkMs, randomSecret } from '../../../shared/domain/authorization.ts';
import { customerPath, linkPath } from '../../../shared/storage/layout.ts';
import { administrator, type TestPorts, testPorts } from '../../support/ports.ts';

let ports: TestPorts;
let customer: string;

beforeEach(async () => {
  ports = testPorts({ url: 'http://127.0.0.1:9' });
  onTestFinished(() => ports.store.close());
  const accountNumber = '7b1c6d2e-0c53-4a7e-9f5d-3b8a1c2d4e5f';
  const record = newCustomer({ hierarchy: 'sys.provider', name: 'Acme', accountNumber, shadow: [] }, ports.clock.now());
  customer = (await createCustomer(ports, administrator, record)).customer.id;
});

async function newLink(): Promise<string> {
  const { url } = await createConnectLink(ports, customer, 'portal@example.com');
  return url.slice(url.lastIndexOf('/') + 1);
}

describe('a connect link', () => {
  it('is an address below the token page, and its secret is stored nowhere', async () => {
    const earliest = ports.clock.now() + linkMs;
    const { url, endsAt } = await createConnectLink(ports, customer, 'portal@example.com');
    expect(url).toMatch(/^http:\/\/localhost:8080\/webex_teams_oauth\/connect\/[\w-]{43}$/);
    expect(endsAt - earliest).toBeLessThan(1000);
    const secret = url.slice(-43);
    const stored = await ports.store.get<ConnectLink>(linkPath(digest(secret)));
    expect(stored!.data).toMatchObject({ customerId: customer, by: 'portal@example.com', endsAt });
    const events = await ports.store.query({ collection: `customers/${customer}/events`, limit: 50 });
    expect(JSON.stringify([stored, events, ports.messages, ports.lines])).not.toContain(secret);
  });

  it('opens any number of times until it expires, and changes nothing', async () => {
    const secret = await newLink();
    const before = await ports.store.get(linkPath(digest(secret)));
    for (let open = 0; open < 3; open++) expect((await openLink(ports, secret)).customer.id).toBe(customer);
    ports.clock.advance(linkMs - 1000);
    expect((await openLink(ports, secret)).customer.name).toBe('Acme');
    expect(await ports.store.get(linkPath(digest(secret)))).toEqual(before);
    ports.clock.advance(1000);
    await expect(openLink(ports, secret)).rejects.toThrow('This link has expired.');
    expect((await openLink(ports, secret, { started: true })).customer.id).toBe(customer);
  });

  it('leaves earlier links of the customer valid', async () => {
    const [first, second] = [await newLink(), await newLink()];
    for (const secret of [first, second]) expect((await openLink(ports, secret)).customer.id).toBe(customer);
  });

  it('is refused once it is used, also for a sign-in that has started', async () => {
    const secret = await newLink();
    const read = (await ports.store.get<ConnectLink>(linkPath(digest(secret))))!;
    await ports.store.commit([{ set: read.path, data: { ...read.data, usedAt: ports.clock.now() } }]);
    for (const started of [false, true]) {
      await expect(openLink(ports, secret, { started })).rejects.toMatchObject({
        code: 'link_not_valid',
        message: 'This link has already been used.',
      });
    }
  });

  it('is refused when its customer has been deleted', async () => {
    const secret = await newLink();
    await ports.store.commit([{ delete: customerPath(customer) }]);
    await expect(openLink(ports, secret)).rejects.toThrow('The customer of this link has been deleted.');
  });

  it.each(['', 'x', `${'x'.repeat(42)}/`, 'x'.repeat(44), '../customers', 'é'.repeat(43)])(
    'costs no read of the store if its secret is made up: %j',
    async (secret) => {
      ports.store.failNext('get', new Error('The store was read.'), { times: 'always' });
      await expect(openLink(ports, secret)).rejects.toMatchObject({ code: 'link_not_valid' });
    },
  );

  it('is not made when its customer is deleted in the meantime', async () => {
    ports.store.beforeNext('commit', () => ports.store.commit([{ delete: customerPath(customer) }]));
    await expect(newLink()).rejects.toMatchObject({ code: 'not_found' });
    expect(await ports.store.query({ collection: 'connect_links', limit: 5 })).toEqual([]);
    expect(await ports.store.query({ collection: `customers/${customer}/events`, limit: 5 })).toHaveLength(1);
  });

  it('is not made when its customer leaves the node of the caller in the meantime', async () => {
    const caller = { id: 'portal', grants: [{ hierarchy: 'sys.provider', role: 'administrator' as const }] };
    const read = async () => (await readStored(ports.store, caller, customer, 'operator')).record;
    ports.store.beforeNext('commit', async () => {
      const { path, data } = await read();
      await ports.store.commit([{ set: path, data: { ...data, hierarchy: 'sys.other' } }]);
    });
    await expect(createConnectLink(ports, customer, 'portal', read)).rejects.toMatchObject({ code: 'not_found' });
    expect(await ports.store.query({ collection: 'connect_links', limit: 5 })).toEqual([]);
  });

  it('is refused if it was never created', async () => {
    await expect(openLink(ports, randomSecret())).rejects.toMatchObject({ code: 'link_not_valid' });
  });
});
