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
  /** The customer's own sync settings; the others have their defaults. */
  sync?: Partial<SyncSettings>;
  /** Names this state of the record. Random, so that it is known before the commit and a stored response can carry it. */
  etag: string;
  createdAt: number;
  updatedAt: number;
}

/** What a caller may set. */
export type CustomerFields = Omit<Customer, 'id' | 'etag' | 'createdAt' | 'updatedAt'>;

/**
 * The longest key that lists order by, in UTF-8 bytes. Firestore's index holds 1,500 bytes of a text, and a page token that
 * names a key must fit into a URL; a normalized name can have 18 times the characters of the name.
 */
export const maxNameKeyBytes = 1024;

/** What names are ordered and searched by: without case, compatibility forms and control characters, cut at a character. */
export function nameKey(name: string): string {
  return startOf(normalizedName(name), maxNameKeyBytes);
}

function normalizedName(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/\p{Cc}/gu, ' ')
    .trim();
}

/** As many whole characters from the start of a text as fit into `maxBytes` of UTF-8. */
function startOf(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text;
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(maxBytes));
  return text.slice(0, read);
}

/** Each level is one entry of an index, and one text in it. */
const maxLevels = 20;
const maxHierarchyBytes = 1400;
/** A name may contain spaces and hyphens (`Acme North`), but no dot, no control character and no space at its ends. */
const hierarchyName = /^[^.\p{C}\p{Z}]([^.\p{C}\p{Zl}\p{Zp}]*[^.\p{C}\p{Z}])?$/u;

/**
 * A path of the hierarchy (`sys.provider.reseller.customer`) in the form in which paths are stored and compared: NFC.
 * Undefined if the text is not a path.
 */
export function hierarchyPath(text: string): string | undefined {
  const path = text.normalize('NFC');
  const names = path.split('.');
  const isPath = names.length <= maxLevels && names.every((name) => hierarchyName.test(name));
  return isPath && Buffer.byteLength(path) <= maxHierarchyBytes ? path : undefined;
}

/**
 * `sys.a.b` → `sys`, `sys.a`, `sys.a.b`: with these stored, a query finds everything below a node by one membership test.
 */
export function ancestors(hierarchy: string): string[] {
  const names = hierarchy.split('.');
  return names.map((_, index) => names.slice(0, index + 1).join('.'));
}

/** Whether `hierarchy` is the node itself or below it. */
export function isBelow(hierarchy: string, node: string): boolean {
  return hierarchy === node || hierarchy.startsWith(`${node}.`);
}

/**
 * The documents whose existence keeps an account number unique below one provider (the second level of the hierarchy), and a
 * name unique at its node. Two providers may each have a customer with the same number: a refusal would tell one of them
 * about the other's customer.
 */
export function uniquenessPaths(customer: Pick<Customer, 'hierarchy' | 'name' | 'accountNumber'>): {
  accountNumber: string;
  name: string;
} {
  const provider = customer.hierarchy.split('.').slice(0, 2).join('.');
  return {
    accountNumber: `names/account_number:${digest(`${provider}\n${customer.accountNumber}`)}`,
    name: `names/name:${digest(`${customer.hierarchy}\n${normalizedName(customer.name)}`)}`,
  };
}

const digest = (text: string) => createHash('sha256').update(text).digest('base64url');

/** The proxies that a customer's record names. */
export function proxiesOf(customer: Customer | undefined): Proxies | undefined {
  if (!customer?.httpProxy && !customer?.httpsProxy) return undefined;
  return {
    ...(customer.httpProxy && { http: customer.httpProxy }),
    ...(customer.httpsProxy && { https: customer.httpsProxy }),
  };
}
