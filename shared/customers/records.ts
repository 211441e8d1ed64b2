/** Customer records: read, create, change. A record and its connection are two documents that are created and deleted in one commit. */

import { randomUUID } from 'node:crypto';
import { actor, type Caller, mayAt, type Role } from '../domain/caller.ts';
import { type Connection, newConnection } from '../domain/connection.ts';
import { ancestors, type Customer, type CustomerFields, nameKey, uniquenessPaths } from '../domain/customer.ts';
import type { EventDraft } from '../domain/event.ts';
import { Failure } from '../domain/failure.ts';
import type { Ports, Store, Stored, Write } from '../ports.ts';
import { connectionPath, customerPath } from '../storage/layout.ts';
import { newEvents } from '../storage/outbox.ts';
import { type Decision, transact } from '../storage/transact.ts';
import { assertFree, isRenamed, renamingWrites } from './names.ts';

export interface CustomerRead {
  customer: Customer;
  connection: Connection;
}

/** The two documents with the versions that were read. */
export interface StoredCustomer {
  record: Stored<Customer>;
  connection: Stored<Connection>;
}

/**
 * The customer, if the caller has the role there. Outside the caller's hierarchy a customer does not exist.
 * @throws Failure `not_found`, `permission_denied`
 */
export async function readStored(store: Store, caller: Caller, id: string, role: Role): Promise<StoredCustomer> {
  const [customer, connection] = await store.getMany<Customer | Connection>([customerPath(id), connectionPath(id)]);
  const read = { record: customer as Stored<Customer>, connection: connection as Stored<Connection> };
  if (!customer || !connection || !mayAt(caller, read.record.data.hierarchy, 'any')) {
    throw new Failure('not_found', 'There is no such customer.');
  }
  assertMay(caller, read.record.data.hierarchy, role);
  return read;
}

/** As `readStored`, without paths and versions. */
export async function readCustomer(store: Store, caller: Caller, id: string, role: Role): Promise<CustomerRead> {
  return withoutVersions(await readStored(store, caller, id, role));
}

export function withoutVersions({ record, connection }: StoredCustomer): CustomerRead {
  return { customer: record.data, connection: connection.data };
}

/** @throws Failure `permission_denied` */
export function assertMay(caller: Caller, hierarchy: string, role: Role): void {
  if (!mayAt(caller, hierarchy, role)) {
    throw new Failure('permission_denied', `You need the role ${role} at ${hierarchy}.`);
  }
}

/** A customer that is not stored yet, with the connection that it starts with. */
export function newCustomer(fields: CustomerFields, now: number): CustomerRead {
  const customer: Customer = { id: randomUUID(), ...fields, etag: newEtag(), createdAt: now, updatedAt: now };
  return { customer, connection: newConnection(customer.id, listFields(customer)) };
}

/**
 * Stores a new customer, if its account number and its name at its node are free.
 * @param more what else belongs into the commit; asked again after a conflict
 * @throws Failure `permission_denied`, `already_exists` with the fields, `busy`
 */
export async function createCustomer(
  ports: Ports,
  caller: Caller,
  { customer, connection }: CustomerRead,
  more: () => Promise<Partial<Decision>> = async () => ({}),
): Promise<CustomerRead> {
  assertMay(caller, customer.hierarchy, 'administrator');
  const { id, createdAt } = customer;
  const created = newEvents([{ type: 'customer_created' }], { customerId: id, now: createdAt, by: actor(caller) });
  const names = Object.values(uniquenessPaths(customer));
  await transact(ports, async () => {
    await assertFree(ports.store, caller, customer);
    const { writes: moreWrites = [], events: moreEvents = [], messages = [] } = await more();
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

/** 72 random bits: no two states of a record have the same ETag. */
const newEtag = () => randomUUID().replaceAll('-', '').slice(0, 18);

/** The fields that lists filter and order by, copied to the connection so that one query answers every list. */
function listFields(customer: CustomerFields): Pick<Connection, 'ancestors' | 'nameKey'> {
  return { ancestors: ancestors(customer.hierarchy), nameKey: nameKey(customer.name) };
}

/** Whether `If-Match` names this ETag; `undefined` when any state will do. */
export type Matches = ((etag: string) => boolean) | undefined;

/** @throws Failure `version_mismatch` */
export function assertMatches(matches: Matches, customer: Customer): void {
  if (matches && !matches(customer.etag)) {
    throw new Failure('version_mismatch', 'The customer has changed since you read it. Read it again.');
  }
}

/**
 * Changes the record as `change` says.
 * @param read the documents as the caller's request found them; after a conflict they are read again
 * @throws Failure `not_found`, `permission_denied`, `version_mismatch`, `already_exists`, `invalid_request`, `busy`
 */
export async function changeCustomer(
  ports: Ports,
  caller: Caller,
  read: StoredCustomer,
  matches: Matches,
  change: (customer: Customer) => CustomerFields,
): Promise<CustomerRead> {
  const { id } = read.record.data;
  let current: StoredCustomer | undefined = read;
  return transact(ports, async () => {
    const before = current ?? (await readStored(ports.store, caller, id, 'administrator'));
    current = undefined;
    const after = await changedRecord(ports, caller, before, matches, change);
    return decideChange(ports, caller, before, {
      after,
      renaming: await renamingWrites(ports.store, before.record.data, after),
    });
  });
}

function decideChange(
  { clock }: Pick<Ports, 'clock'>,
  caller: Caller,
  { record, connection }: StoredCustomer,
  { after, renaming }: { after: Customer; renaming: Write[] },
): Decision & { result: CustomerRead } {
  const before = record.data;
  const fields = changedFields(before, after);
  if (fields.length === 0) return { writes: [], result: { customer: before, connection: connection.data } };
  const isListedAnew = fields.includes('hierarchy') || fields.includes('name');
  const listed = isListedAnew ? { ...connection.data, ...listFields(after) } : connection.data;
  // A commit that stores a grant has judged these fields and names the record. So this commit names the connection.
  const namesConnection = isListedAnew || judgedWithGrant.some((field) => fields.includes(field));
  const draft: EventDraft = { type: 'customer_changed', facts: { fields: fields.join(' ') } };
  return {
    writes: [
      { set: record.path, data: after, if: { version: record.version } },
      ...(namesConnection ? [{ set: connection.path, data: listed, if: { version: connection.version } }] : []),
      ...renaming,
    ],
    events: newEvents([draft], { customerId: before.id, now: clock.now(), by: actor(caller) }),
    result: { customer: after, connection: listed },
  };
}

/** The fields that decide which organization a grant may belong to, and through which proxy it is verified. */
const judgedWithGrant: (keyof Customer)[] = ['accountNumber', 'httpProxy', 'httpsProxy'];

/**
 * The record after a change, if the caller may make the change. The account number of a connected customer stays: its
 * tokens belong to that organization.
 * @throws Failure `version_mismatch`, `permission_denied`, `already_exists`, `invalid_request`
 */
export async function changedRecord(
  ports: Pick<Ports, 'store' | 'clock'>,
  caller: Caller,
  { record, connection }: StoredCustomer,
  matches: Matches,
  change: (customer: Customer) => CustomerFields,
): Promise<Customer> {
  const before = record.data;
  assertMatches(matches, before);
  const { id, createdAt } = before;
  const after: Customer = { id, ...change(before), etag: newEtag(), createdAt, updatedAt: ports.clock.now() };
  assertMay(caller, after.hierarchy, 'administrator');
  const isConnected = connection.data.grant !== undefined || connection.data.pending !== undefined;
  if (after.accountNumber !== before.accountNumber && isConnected) {
    const detail = 'cannot change while the customer is connected: the tokens belong to the present organization';
    throw new Failure('invalid_request', 'The request is not valid.', {
      problems: [{ pointer: '/account_number', detail }],
    });
  }
  if (isRenamed(before, after)) await assertFree(ports.store, caller, after);
  return after;
}

const notReported: ReadonlySet<string> = new Set(['etag', 'updatedAt']);

/** JSON with sorted keys: a store need not keep the order of a map's keys. */
const canonical = (value: unknown) =>
  JSON.stringify(value, (_, each) =>
    each && typeof each === 'object' && !Array.isArray(each) ? Object.fromEntries(Object.entries(each).sort()) : each,
  );

function changedFields(before: Customer, after: Customer): (keyof Customer)[] {
  const names = Object.keys({ ...before, ...after }) as (keyof Customer)[];
  return names.filter(
    (name) =>
      !notReported.has(name) && before[name] !== after[name] && canonical(before[name]) !== canonical(after[name]),
  );
}
