import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeCustomer, createCustomer, newCustomer, readStored } from '../../../shared/customers/records.ts';
import type { Customer } from '../../../shared/domain/customer.ts';
import { Failure } from '../../../shared/domain/failure.ts';
import type { Store } from '../../../shared/ports.ts';
import { administrator, type TestPorts, testPorts } from '../../support/ports.ts';

let ports: TestPorts;
beforeEach(() => {
  ports = testPorts({ url: 'http://127.0.0.1:1' });
});
afterEach(() => ports.store.close());

const create = async (hierarchy: string, name: string) => {
  const fields = { hierarchy, name, accountNumber: randomUUID(), shadow: [] };
  return (await createCustomer(ports, administrator, newCustomer(fields, ports.clock.now()))).customer;
};
const readIt = (id: string) => readStored(ports.store, administrator, id, 'administrator');
const rename = async (id: string, name: string) =>
  changeCustomer(ports, administrator, await readIt(id), undefined, (customer) => ({ ...customer, name }));

describe('a change of a customer', () => {
  it('writes nothing when it changes nothing', async () => {
    const { id, etag } = await create('sys', 'Acme');
    const read = await changeCustomer(ports, administrator, await readIt(id), undefined, (customer) => customer);
    expect(read.customer.etag).toBe(etag);
  });

  it('gives up after several conflicts', async () => {
    const { id } = await create('sys', 'Acme');
    const read = await readIt(id);
    const store: Store = {
      ...ports.store,
      commit: async () => {
        throw new Failure('conflict', 'lost');
      },
    };
    const change = (customer: Customer) => ({ ...customer, name: 'Other' });
    await expect(changeCustomer({ ...ports, store }, administrator, read, undefined, change)).rejects.toMatchObject({
      code: 'busy',
    });
  });

  it('reads the customer again after a conflict', async () => {
    const { id } = await create('sys', 'Acme');
    const read = await readIt(id);
    await rename(id, 'Changed by another caller');
    const shadow = [{ name: 'Shadow' }];
    await changeCustomer(ports, administrator, read, undefined, (customer) => ({ ...customer, shadow }));
    expect((await readIt(id)).record.data).toMatchObject({ name: 'Changed by another caller', shadow });
  });

  it('frees the old name and claims the new one', async () => {
    const { id } = await create('sys', 'Old');
    await rename(id, 'New');
    await expect(create('sys', 'NEW')).rejects.toMatchObject({ code: 'already_exists' });
    await create('sys', 'Old');
  });
});
