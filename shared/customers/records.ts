/** Customer records: read, create, change. The record and its connection are two documents, born and ended in one commit. */

import { randomUUID } from 'node:crypto';
import { actor, type Caller, mayAt, type Role } from '../domain/caller.ts';
import type { Connection } from '../domain/connection.ts';
import { ancestors, type Customer, type CustomerFields, nameKey, uniquenessPaths } from '../domain/customer.ts';
import type { EventDraft } from '../domain/event.ts';
import { Failure, type Problem } from '../domain/failure.ts';
import type { Ports, Store, Stored, Write } from '../ports.ts';
import { connectionPath, customerPath } from '../storage/layout.ts';
import { newEvents } from '../storage/outbox.ts';
import { type Decision, transact } from '../storage/transact.ts';

export interface CustomerRead {
  customer: Customer;
  connection: Connection;
}

interface StoredRead {
  customer: Stored<Customer>;
  connection: Stored<Connection>;
}

/**
 * The customer, if the caller has the role there. Outside the caller's hierarchy a customer does not exist.
 * @throws Failure `not_found`, `permission_denied`
 */
export async function readStored(store: Store, caller: Caller, id: string, role: Role): Promise<StoredRead> {
  const [customer, connection] = await store.getMany<Customer | Connection>([customerPath(id), connectionPath(id)]);
  const read = { customer: customer as Stored<Customer>, connection: connection as Stored<Connection> };
  if (!customer || !connection || !mayAt(caller, read.customer.data.hierarchy, 'any')) {
    throw new Failure('not_found', 'There is no such customer.');
  }
  assertMay(caller, read.customer.data.hierarchy, role);
  return read;
}

/** As `readStored`, without paths and versions. */
export async function readCustomer(store: Store, caller: Caller, id: string, role: Role): Promise<CustomerRead> {
  const { customer, connection } = await readStored(store, caller, id, role);
  return { customer: customer.data, connection: connection.data };
}

/** @throws Failure `permission_denied` */
export function assertMay(caller: Caller, hierarchy: string, role: Role): void {
  if (!mayAt(caller, hierarchy, role)) {
    throw new Failure('permission_denied', `This needs the role ${role} at ${hierarchy}.`);
  }
}

/** A customer that is not stored yet, and the connection that it begins with. */
export function newCustomer(fields: CustomerFields, now: number): CustomerRead {
  const customer: Customer = { id: randomUUID(), ...fields, etag: newEtag(), createdAt: now, updatedAt: now };
  const connection: Connection = {
    customerId: customer.id,
    ...listedBy(customer),
    state: 'absent',
    failures: 0,
    epoch: 0,
  };
  return { customer, connection };
}

/**
 * Stores a new customer, if its account number and its name at its node are free. The partial decision is committed with it.
 * @throws Failure `already_exists` with the fields, `busy`
 */
export async function createCustomer(
  ports: Ports,
  caller: Caller,
  { customer, connection }: CustomerRead,
  { writes: moreWrites = [], events: moreEvents = [], messages = [] }: Partial<Decision> = {},
): Promise<CustomerRead> {
  assertMay(caller, customer.hierarchy, 'administrator');
  const { id, createdAt } = customer;
  const created = newEvents([{ type: 'customer_created' }], { customerId: id, now: createdAt, by: actor(caller) });
  const names = Object.values(uniquenessPaths(customer));
  await transact(ports, async () => {
    await assertFree(ports.store, customer);
    const writes: Write[] = [
      { set: customerPath(id), data: customer, if: 'absent' },
      { set: connectionPath(id), data: connection, if: 'absent' },
      ...names.map((path): Write => ({ set: path, data: { customerId: id }, if: 'absent' })),
      ...moreWrites,
    ];
    return { writes, events: [...created, ...moreEvents], messages, result: undefined };
  });
  return { customer, connection };
}

/** 72 bits: no two states of a record are named alike. */
const newEtag = () => randomUUID().replaceAll('-', '').slice(0, 18);

/** What lists filter and order by, kept with the connection so that one query answers every list. */
function listedBy(customer: CustomerFields): Pick<Connection, 'ancestors' | 'nameKey'> {
  return { ancestors: ancestors(customer.hierarchy), nameKey: nameKey(customer.name) };
}

/** @throws Failure `already_exists` when another customer has one of the names */
export async function assertFree(store: Store, customer: Customer): Promise<void> {
  const paths = uniquenessPaths(customer);
  const [number, name] = await store.getMany<{ customerId: string }>([paths.accountNumber, paths.name]);
  const others = (held?: Stored<{ customerId: string }>) => held !== undefined && held.data.customerId !== customer.id;
  const problems: Problem[] = [
    ...(others(number) ? [{ pointer: '/account_number', detail: 'is the account number of another customer' }] : []),
    ...(others(name) ? [{ pointer: '/name', detail: 'is the name of another customer of this hierarchy node' }] : []),
  ];
  if (problems.length > 0) throw new Failure('already_exists', 'There is such a customer already.', { problems });
}

/** Whether a request is about this state of the record; `undefined` is about any. */
export type Matches = ((etag: string) => boolean) | undefined;

/** @throws Failure `version_mismatch` */
export function assertMatches(matches: Matches, customer: Customer): void {
  if (matches && !matches(customer.etag)) {
    throw new Failure('version_mismatch', 'The customer has changed since it was read; read it again.');
  }
}

/**
 * Changes the record as `change` says. An account number with a connection stays: its tokens are another organization's.
 * @throws Failure `not_found`, `permission_denied`, `version_mismatch`, `already_exists`, `invalid_request`, `busy`
 */
export async function changeCustomer(
  ports: Ports,
  caller: Caller,
  id: string,
  matches: Matches,
  change: (customer: Customer) => CustomerFields,
): Promise<CustomerRead> {
  const { store, clock } = ports;
  return transact(ports, async () => {
    const read = await readStored(store, caller, id, 'administrator');
    const before = read.customer.data;
    const after = await changed(ports, caller, read, matches, change);
    const fields = changedFields(before, after);
    if (fields.length === 0) return { writes: [], result: { customer: before, connection: read.connection.data } };
    const listed = listedBy(after);
    const moved = JSON.stringify(listedBy(before)) !== JSON.stringify(listed);
    const connection = moved ? { ...read.connection.data, ...listed } : read.connection.data;
    const draft: EventDraft = { type: 'customer_changed', facts: { fields: fields.join(' ') } };
    const events = newEvents([draft], { customerId: id, now: clock.now(), by: actor(caller) });
    const writes: Write[] = [
      { set: read.customer.path, data: after, if: { version: read.customer.version } },
      ...(moved
        ? [{ set: read.connection.path, data: connection, if: { version: read.connection.version } } as const]
        : []),
      ...renamed(before, after),
    ];
    return { writes, events, result: { customer: after, connection } };
  });
}

/** The record after a change, if the change may be made. */
export async function changed(
  ports: Ports,
  caller: Caller,
  read: StoredRead,
  matches: Matches,
  change: (customer: Customer) => CustomerFields,
): Promise<Customer> {
  const before = read.customer.data;
  assertMatches(matches, before);
  const { id, createdAt } = before;
  const after: Customer = { id, ...change(before), etag: newEtag(), createdAt, updatedAt: ports.clock.now() };
  assertMay(caller, after.hierarchy, 'administrator');
  if (after.accountNumber !== before.accountNumber && read.connection.data.grant) {
    const detail = 'cannot change while the customer is connected: the tokens belong to the present organization';
    throw new Failure('invalid_request', 'The request is not valid.', {
      problems: [{ pointer: '/account_number', detail }],
    });
  }
  if (renamed(before, after).length > 0) await assertFree(ports.store, after);
  return after;
}

const notCounted: ReadonlySet<string> = new Set(['etag', 'updatedAt']);

/** A store need not keep the order of a map's keys. */
const sorted = (value: unknown) =>
  JSON.stringify(value, (_, each) =>
    each && typeof each === 'object' && !Array.isArray(each) ? Object.fromEntries(Object.entries(each).sort()) : each,
  );

function changedFields(before: Customer, after: Customer): string[] {
  const names = Object.keys({ ...before, ...after }) as (keyof Customer)[];
  return names.filter((name) => !notCounted.has(name) && sorted(before[name]) !== sorted(after[name]));
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
