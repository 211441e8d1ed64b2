/**
 * The servers that the API's bench drives: the product's and a bare handler that makes the same store calls, in one process,
 * on one framework.
 */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HttpFunction, http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { customers } from '../../../functions/customers/customers.ts';
import { localCallers, localSignerName, signLocalToken } from '../../../shared/adapters/local/callers.ts';
import { sqliteStore } from '../../../shared/adapters/local/sqlite-store.ts';
import { createCustomer, newCustomer } from '../../../shared/customers/records.ts';
import type { Caller } from '../../../shared/domain/caller.ts';
import type { Connection } from '../../../shared/domain/connection.ts';
import type { Customer } from '../../../shared/domain/customer.ts';
import { Secret } from '../../../shared/domain/secret.ts';
import type { Store, Stored } from '../../../shared/ports.ts';
import { connectionPath, connections, customerPath } from '../../../shared/storage/layout.ts';
import { eventWrites, newEvents } from '../../../shared/storage/outbox.ts';
import { runningClock } from '../../support/clock.ts';
import { administrator, testPorts } from '../../support/ports.ts';

export interface Ready {
  ours: string;
  bare: string;
  token: string;
  id: string;
}

const amount = 1000;
const audience = 'https://customers.example.com';
const caller: Caller = { id: 'bench@example.com', grants: [{ hierarchy: 'sys', role: 'administrator' }] };

/** The least code for the same response: the same reads and the same commit, without callers, rules or schemas. */
function bareHandler(store: Store): HttpFunction {
  const read = (id: string) => store.getMany<Customer | Connection>([customerPath(id), connectionPath(id)]);
  return async (request, response) => {
    const id = request.path.slice(1);
    if (id === '') {
      const found = await store.query<Connection>({
        collection: connections,
        contains: { field: 'ancestors', value: 'sys' },
        orderBy: { field: 'nameKey', direction: 'ascending' },
        limit: 101,
      });
      const page = found.slice(0, 100);
      const records = await store.getMany<Customer>(page.map(({ data }) => customerPath(data.customerId)));
      response.json({ customers: page.map(({ data }, index) => ({ ...records[index]!.data, connection: data })) });
      return;
    }
    const [customer, connection] = (await read(id)) as [Stored<Customer>, Stored<Connection>];
    if (request.method === 'PATCH') {
      const data = { ...customer.data, ...request.body, etag: randomUUID(), updatedAt: Date.now() };
      const event = { type: 'customer_changed', facts: { fields: 'shadow' } } as const;
      const events = eventWrites(newEvents([event], { customerId: id, now: Date.now(), by: caller.id }));
      await store.commit([{ set: customer.path, data, if: { version: customer.version } }, ...events]);
      response.json({ ...data, connection: connection.data });
      return;
    }
    response.json({ ...customer.data, connection: connection.data });
  };
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const store = sqliteStore({ file: ':memory:' });
const ports = testPorts({ url: 'http://127.0.0.1:1' }, { clock: runningClock(), store });
await ports.secrets.add(localSignerName, new Secret(randomUUID()));
let id = '';
for (let index = 0; index < amount; index++) {
  const fields = { hierarchy: 'sys.provider', name: `Customer ${index}`, accountNumber: randomUUID(), shadow: [] };
  id = (await createCustomer(ports, administrator, newCustomer(fields, Date.now()))).customer.id;
}
http('ours', customers(ports, localCallers(ports.secrets, audience)));
http('bare', bareHandler(store));
const token = (await signLocalToken(ports.secrets, audience, caller)).reveal();
const [ours, bare] = await Promise.all(['ours', 'bare'].map((name) => listening(getTestServer(name))));
process.send!({ ours: ours!, bare: bare!, token, id } satisfies Ready);
