import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleOrganizations } from '../../../local/webex/sample.ts';
import { startWebex, type WebexServer } from '../../../local/webex/server.ts';
import { listCustomers } from '../../../shared/customers/list.ts';
import { createCustomer, newCustomer } from '../../../shared/customers/records.ts';
import type { Caller } from '../../../shared/domain/caller.ts';
import type { Position } from '../../../shared/storage/pages.ts';
import { frozenClock } from '../../support/clock.ts';
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

const create = async (hierarchy: string, name: string) => {
  const fields = { hierarchy, name, accountNumber: randomUUID(), shadow: [] };
  return (await createCustomer(ports, administrator, newCustomer(fields, ports.clock.now()))).customer;
};

async function everyName(caller: Caller, direction: 'ascending' | 'descending', pageSize: number): Promise<string[]> {
  const names: string[] = [];
  let after: Position | undefined;
  do {
    const page = await listCustomers(ports.store, caller, { direction, pageSize, ...(after && { after }) });
    names.push(...page.customers.map(({ customer }) => customer.name));
    after = page.next;
  } while (after);
  return names;
}

describe('a list of customers', () => {
  it('merges all nodes that the caller may read, in one order, each customer once', async () => {
    for (const name of ['e', 'a', 'c']) await create('sys.one', name);
    for (const name of ['d', 'b']) await create('sys.two.deep', name);
    await create('sys.three', 'hidden');
    const caller: Caller = {
      id: 'x@example.com',
      grants: [
        { hierarchy: 'sys.two', role: 'reader' },
        { hierarchy: 'sys.two.deep', role: 'administrator' },
        { hierarchy: 'sys.one', role: 'operator' },
        { hierarchy: 'sys.three', role: 'token_reader' },
      ],
    };
    expect(await everyName(caller, 'ascending', 2)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await everyName(caller, 'descending', 2)).toEqual(['e', 'd', 'c', 'b', 'a']);
  });

  it('filters connected customers by a missing scope', async () => {
    await create('sys', 'never connected');
    const id = await connectedCustomer(ports, webex, acme);
    const listLacking = async (lacking: string[]) => {
      const page = await listCustomers(ports.store, administrator, { direction: 'ascending', pageSize: 10, lacking });
      return page.customers.map(({ customer }) => customer.id);
    };
    expect(await listLacking(['spark:calls_read'])).toEqual([id]);
    expect(await listLacking(['spark-admin:people_read'])).toEqual([]);
  });
});
