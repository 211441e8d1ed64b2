/** The record of a customer, as the model `relation/SparkCustomer` has it, and its place in the hierarchy. */

import { createHash } from 'node:crypto';
import type { Proxies } from './proxy.ts';
import type { SyncSettings } from './sync-run.ts';

/** The document `customers/{id}`. Instants are epoch ms. */
export interface Customer {
  id: string;
  /** The node that the customer belongs to: `sys.provider.reseller.customer`. */
  hierarchy: string;
  name: string;
  /** The organization's uuid. */
  accountNumber: string;
  httpProxy?: string;
  httpsProxy?: string;
  /** At most one. */
  shadow: { name: string }[];
  /** Where the customer's syncs differ from the defaults. */
  sync?: Partial<SyncSettings>;
  /** Names this state of the record; random, and known before the commit, so that a remembered answer can carry it. */
  etag: string;
  createdAt: number;
  updatedAt: number;
}

/** What a caller may set. */
export type CustomerFields = Omit<Customer, 'id' | 'etag' | 'createdAt' | 'updatedAt'>;

/** What names are compared, ordered and searched by: case and compatibility forms do not count. */
export function nameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase().trim();
}

/** `sys.a.b` → `sys`, `sys.a`, `sys.a.b`: a list below a node is one membership test. */
export function ancestors(hierarchy: string): string[] {
  const names = hierarchy.split('.');
  return names.map((_, index) => names.slice(0, index + 1).join('.'));
}

/** Whether `hierarchy` is the node itself or below it. */
export function isBelow(hierarchy: string, node: string): boolean {
  return hierarchy === node || hierarchy.startsWith(`${node}.`);
}

/** The documents whose existence keeps an account number unique, and a name unique within its node. */
export function uniquenessPaths(customer: Pick<Customer, 'hierarchy' | 'name' | 'accountNumber'>): {
  accountNumber: string;
  name: string;
} {
  const hashed = createHash('sha256')
    .update(`${customer.hierarchy}\n${nameKey(customer.name)}`)
    .digest('base64url');
  return { accountNumber: `names/account_number:${customer.accountNumber}`, name: `names/name:${hashed}` };
}

/** The proxies that a customer's record names. */
export function proxiesOf(customer: Customer | undefined): Proxies | undefined {
  if (!customer?.httpProxy && !customer?.httpsProxy) return undefined;
  return {
    ...(customer.httpProxy && { http: customer.httpProxy }),
    ...(customer.httpsProxy && { https: customer.httpsProxy }),
  };
}
