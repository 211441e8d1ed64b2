/** Customer records: create, read, list, change, delete. The record and its connection are two documents, born and ended in one commit. */

import { randomUUID } from 'node:crypto';
import { commitDecision } from './commit.ts';
import type { Caller, Role } from './domain/caller.ts';
import { mayAt } from './domain/caller.ts';
import type { Connection, ConnectionState } from './domain/connection.ts';
import { ancestors, type Customer, type CustomerFields, nameKey, uniquenessPaths } from './domain/customer.ts';
import type { EventDraft } from './domain/event.ts';
import { codeOf, Failure } from './domain/failure.ts';
import { connectionPath, connections, customerPath } from './domain/paths.ts';
import { publish, recorded } from './events.ts';
import type { Outside, Store, Stored, Write } from './ports.ts';

type Parts = Pick<Outside, 'store' | 'queue' | 'clock' | 'log' | 'settings'>;

export interface CustomerRead {
  customer: Stored<Customer>;
  connection: Stored<Connection>;
}

/**
 * The customer, if the caller has the role there. Outside the caller's hierarchy a customer does not exist.
 * @throws Failure `not_found`, `permission_denied`
 */
export async function readCustomer(store: Store, caller: Caller, id: string, role: Role): Promise<CustomerRead> {
  const [customer, connection] = await Promise.all([
    store.get<Customer>(customerPath(id)),
    store.get<Connection>(connectionPath(id)),
  ]);
  if (!customer || !connection || !mayAt(caller, customer.data.hierarchy, 'any')) {
    throw new Failure('not_found', 'There is no such customer.');
  }
  if (!mayAt(caller, customer.data.hierarchy, role)) {
    throw new Failure('permission_denied', `This needs the role ${role}.`);
  }
  return { customer, connection };
}

/**
 * @throws Failure `permission_denied` where the caller is no administrator of the node, `already_exists` with the field
 */
export async function createCustomer(outside: Parts, caller: Caller, fields: CustomerFields): Promise<CustomerRead> {
  if (!mayAt(caller, fields.hierarchy, 'administrator')) {
    throw new Failure('permission_denied', `This needs the role administrator at ${fields.hierarchy}.`);
  }
  const now = outside.clock.now();
  const id = randomUUID();
  const customer: Customer = { id, ...fields, createdAt: now, updatedAt: now };
  const connection: Connection = { customerId: id, ...listedBy(customer), state: 'absent', failures: 0, epoch: 0 };
  const record = recorded([{ type: 'customer_created' }], { customerId: id, now, by: caller.id });
  const names = Object.values(uniquenessPaths(customer));
  try {
    const [version, connectionVersion] = await outside.store.commit([
      { set: customerPath(id), data: customer, if: 'absent' },
      { set: connectionPath(id), data: connection, if: 'absent' },
      ...names.map((path): Write => ({ set: path, data: { customerId: id }, if: 'absent' })),
      ...record.writes,
    ]);
    return {
      customer: { path: customerPath(id), version: version!, data: customer },
      connection: { path: connectionPath(id), version: connectionVersion!, data: connection },
    };
  } catch (error) {
    if (codeOf(error) !== 'conflict') throw error;
    throw await taken(outside.store, customer);
  }
}

/** What lists filter and order by, kept with the connection so that one query answers every list. */
function listedBy(customer: CustomerFields): Pick<Connection, 'ancestors' | 'nameKey'> {
  return { ancestors: ancestors(customer.hierarchy), nameKey: nameKey(customer.name) };
}

/** Why a commit that claims the customer's names has failed. */
async function taken(store: Store, customer: Customer): Promise<Failure> {
  const paths = uniquenessPaths(customer);
  const [number, name] = await store.getMany<{ customerId: string }>([paths.accountNumber, paths.name]);
  const other = (held?: Stored<{ customerId: string }>) => held !== undefined && held.data.customerId !== customer.id;
  const problems = [
    ...(other(number) ? [{ pointer: '/account_number', detail: 'Another customer has this account number.' }] : []),
    ...(other(name) ? [{ pointer: '/name', detail: 'Another customer of this hierarchy node has this name.' }] : []),
  ];
  if (problems.length === 0) return new Failure('conflict', 'Somebody else changed this meanwhile; try again.');
  return new Failure('already_exists', 'There is such a customer already.', { problems });
}

/**
 * Changes the record as `change` says. `version`: the one that the caller has seen.
 * @throws Failure `not_found`, `permission_denied`, `version_mismatch`, `already_exists`
 */
export async function changeCustomer(
  outside: Parts,
  caller: Caller,
  id: string,
  version: string | undefined,
  change: (customer: Customer) => CustomerFields,
): Promise<CustomerRead> {
  const { store, clock } = outside;
  while (true) {
    const read = await readCustomer(store, caller, id, 'administrator');
    if (version !== undefined && read.customer.version !== version) throw versionMismatch();
    const before = read.customer.data;
    const after: Customer = { ...before, ...change(before), updatedAt: clock.now() };
    if (!mayAt(caller, after.hierarchy, 'administrator')) {
      throw new Failure('permission_denied', `This needs the role administrator at ${after.hierarchy}.`);
    }
    const moved = JSON.stringify(listedBy(before)) !== JSON.stringify(listedBy(after));
    const connection = { ...read.connection.data, ...listedBy(after) };
    const facts = { fields: changedFields(before, after).join(' ') };
    const record = recorded([{ type: 'customer_changed', facts }], { customerId: id, now: clock.now(), by: caller.id });
    const customerWrite: Write = { set: read.customer.path, data: after, if: { version: read.customer.version } };
    const connectionWrite: Write = {
      set: read.connection.path,
      data: connection,
      if: { version: read.connection.version },
    };
    try {
      const versions = await store.commit([
        customerWrite,
        ...(moved ? [connectionWrite] : []),
        ...renamed(before, after),
        ...record.writes,
      ]);
      return {
        customer: { ...read.customer, version: versions[0]!, data: after },
        connection: moved ? { ...read.connection, version: versions[1]!, data: connection } : read.connection,
      };
    } catch (error) {
      if (codeOf(error) !== 'conflict') throw error;
      const why = await taken(store, after);
      if (why.code === 'already_exists') throw why;
    }
  }
}

function versionMismatch(): Failure {
  return new Failure('version_mismatch', 'The customer has changed since it was read; read it again.');
}

function changedFields(before: Customer, after: Customer): string[] {
  const names = Object.keys({ ...before, ...after }) as (keyof Customer)[];
  return names.filter((name) => name !== 'updatedAt' && JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

/** Claims the new names and frees the old ones, where they differ. */
function renamed(before: Customer, after: Customer): Write[] {
  const [old, now] = [Object.values(uniquenessPaths(before)), Object.values(uniquenessPaths(after))];
  return [
    ...now
      .filter((path) => !old.includes(path))
      .map((path): Write => ({ set: path, data: { customerId: after.id }, if: 'absent' })),
    ...old.filter((path) => !now.includes(path)).map((path): Write => ({ delete: path })),
  ];
}

/**
 * Ends a customer: record, names and tokens at once; its users, roster, runs and history through `sync_users`.
 * Answers the connection as it was, so that the caller can revoke the grant at Webex.
 * @throws Failure `not_found`, `permission_denied`, `version_mismatch`, `busy`
 */
export async function deleteCustomer(
  outside: Parts,
  caller: Caller,
  id: string,
  version: string | undefined,
): Promise<CustomerRead> {
  const read = await commitDecision(outside, async () => {
    const found = await readCustomer(outside.store, caller, id, 'administrator');
    if (version !== undefined && found.customer.version !== version) throw versionMismatch();
    const names = Object.values(uniquenessPaths(found.customer.data));
    const removal = { customerId: id, askedAt: outside.clock.now(), by: caller.id };
    const writes: Write[] = [
      { delete: found.customer.path, if: { version: found.customer.version } },
      { delete: found.connection.path, if: { version: found.connection.version } },
      ...names.map((path): Write => ({ delete: path })),
      { set: removalPath(id), data: removal },
    ];
    return { writes, result: found };
  });
  await outside.queue.publish(outside.settings.syncTopic, { data: { customer: id, remove: true } });
  return read;
}

/** What is still to be removed of a deleted customer; the document goes last. */
export const removalPath = (id: string) => `removals/${id}`;

export interface ListRequest {
  /** Only customers at or below this node; the caller's grants bound it in any case. */
  hierarchy: string;
  state?: ConnectionState;
  namePrefix?: string;
  direction: 'ascending' | 'descending';
  pageSize: number;
  after?: { value: string; id: string };
}

/**
 * Customers at or below one node by name, one page.
 * @throws Failure `permission_denied` where the caller may read nothing at that node
 */
export async function listCustomers(
  store: Store,
  caller: Caller,
  request: ListRequest,
): Promise<{ customers: CustomerRead[]; next?: { value: string; id: string } }> {
  if (!mayAt(caller, request.hierarchy, 'any')) {
    throw new Failure('permission_denied', `You may read nothing at ${request.hierarchy}.`);
  }
  const prefix = request.namePrefix === undefined ? undefined : nameKey(request.namePrefix);
  const found = await store.query<Connection>({
    collection: connections,
    contains: { field: 'ancestors', value: request.hierarchy },
    ...(request.state && { equals: { state: request.state } }),
    ...(prefix && { range: { field: 'nameKey', from: prefix, before: `${prefix}\u{10ffff}` } }),
    orderBy: { field: 'nameKey', direction: request.direction },
    ...(request.after && { after: request.after }),
    limit: request.pageSize + 1,
  });
  const page = found.slice(0, request.pageSize);
  const records = await store.getMany<Customer>(page.map(({ data }) => customerPath(data.customerId)));
  const customers = page.flatMap((connection, index) => {
    const customer = records[index];
    return customer ? [{ customer, connection }] : [];
  });
  const last = page.at(-1)?.data;
  return {
    customers,
    ...(found.length > page.length && last && { next: { value: last.nameKey, id: last.customerId } }),
  };
}

/** Adds to a customer's history what has no change of its own to go with. */
export async function recordEvent(outside: Parts, customerId: string, draft: EventDraft, by?: string): Promise<void> {
  const record = recorded([draft], { customerId, now: outside.clock.now(), by });
  await outside.store.commit(record.writes);
  await publish(outside, record.events);
}
