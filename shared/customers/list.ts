/** Lists of customers: everything at or below a node that the caller may see, by name, page by page. */

import { type Caller, visibleNodes } from '../domain/caller.ts';
import type { Connection, ConnectionState } from '../domain/connection.ts';
import { type Customer, nameKey } from '../domain/customer.ts';
import { Failure } from '../domain/failure.ts';
import type { Query, Store, Stored } from '../ports.ts';
import { connections, customerPath } from '../storage/layout.ts';
import type { Position } from '../storage/pages.ts';
import type { CustomerRead } from './records.ts';

export interface ListRequest {
  /** Only customers at or below this node; without it, all that the caller may read. */
  hierarchy?: string;
  state?: ConnectionState;
  /** Only connected customers whose grant lacks one of these scopes. */
  lacking?: string[];
  namePrefix?: string;
  direction: 'ascending' | 'descending';
  pageSize: number;
  after?: Position;
}

export interface CustomerPage {
  customers: CustomerRead[];
  /** Where the next page starts; absent on the last one. */
  next?: Position;
}

/**
 * Connections read for one page: a filter that few customers match must not read a hundred thousand documents for one
 * response.
 */
const scanLimit = 1000;

/**
 * Reads one page. With `lacking` it may hold fewer customers than requested though more follow.
 * @throws Failure `permission_denied` for a caller without any grant
 */
export async function listCustomers(store: Store, caller: Caller, request: ListRequest): Promise<CustomerPage> {
  if (caller.grants.length === 0) throw new Failure('permission_denied', 'You have no access.');
  const nodes = visibleNodes(caller, 'reader', request.hierarchy);
  const limit = request.lacking ? scanLimit : request.pageSize;
  const found = await readMerged(store, nodes, request, limit + 1);
  const scanned = found.slice(0, limit);
  const matching = scanned.filter(({ data }) => matches(data, request.lacking));
  const page = matching.slice(0, request.pageSize);
  const records = await store.getMany<Customer>(page.map(({ data }) => customerPath(data.customerId)));
  const customers = page.flatMap(({ data: connection }, index) => {
    const customer = records[index]?.data;
    return customer ? [{ customer, connection }] : [];
  });
  const last = matching.length > page.length ? page.at(-1) : found.length > limit ? scanned.at(-1) : undefined;
  return { customers, ...(last && { next: { value: last.data.nameKey, id: last.data.customerId } }) };
}

function matches({ grant }: Connection, lacking: string[] | undefined): boolean {
  if (!lacking) return true;
  return grant !== undefined && lacking.some((scope) => !grant.scopes.includes(scope));
}

/** Reads the first `limit` of several nodes in one order; no customer is below two of the nodes. */
async function readMerged(
  store: Store,
  nodes: string[],
  request: ListRequest,
  limit: number,
): Promise<Stored<Connection>[]> {
  const prefix = request.namePrefix === undefined ? undefined : nameKey(request.namePrefix);
  const query = (node: string): Query => ({
    collection: connections,
    contains: { field: 'ancestors', value: node },
    ...(request.state && { equals: { state: request.state } }),
    ...(prefix && { range: { field: 'nameKey', from: prefix, before: `${prefix}\u{10ffff}` } }),
    orderBy: { field: 'nameKey', direction: request.direction },
    ...(request.after && { after: request.after }),
    limit,
  });
  const lists = await Promise.all(nodes.map((node) => store.query<Connection>(query(node))));
  if (lists.length === 1) return lists[0]!;
  const sign = request.direction === 'ascending' ? 1 : -1;
  const inOrder = lists
    .flat()
    .sort((a, b) => sign * (compareBytes(a.data.nameKey, b.data.nameKey) || compareBytes(a.path, b.path)));
  return inOrder.slice(0, limit);
}

/** Compares strings as the store does, by their UTF-8 bytes. */
const compareBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
