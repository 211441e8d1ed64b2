/** The licences of an organization and the roles of Webex: short fixed lists. */

import { hashText } from './chance.ts';

interface Product {
  name: string;
  prefix: string;
  /** The share of people who have it, from 0 to 1. */
  share: number;
  site?: boolean;
}

const products: Product[] = [
  { name: 'Messaging', prefix: 'MS', share: 0.92 },
  { name: 'Advance Space Meetings', prefix: 'CF', share: 0.55 },
  { name: 'Meeting - Webex Meetings Suite', prefix: 'EE', share: 0.6, site: true },
  { name: 'Call on Webex (1:1 call, non-PSTN)', prefix: 'CO', share: 0.5 },
  { name: 'Webex Calling - Professional', prefix: 'BCSTD', share: 0.3 },
  { name: 'Unified Communication Manager (UCM)', prefix: 'SHARED', share: 0.12 },
  { name: 'Hybrid - Exchange Calendar', prefix: 'HYBRID', share: 0.08 },
];

export interface LicenseOfOrganization {
  /** Bare: `<organization uuid>:<product>_<uuid>`. */
  id: string;
  product: Product;
}

export function licensesOf(orgId: string): LicenseOfOrganization[] {
  return products.map((product) => {
    const part = (basis: number) => hashText(`${orgId}${product.prefix}`, basis).toString(16).padStart(8, '0');
    const [a, b, c] = [part(1), part(2), part(3)];
    const uuid = `${a}-${b.slice(0, 4)}-4${b.slice(4, 7)}-a${c.slice(0, 3)}-${c}${a.slice(0, 4)}`;
    return { id: `${orgId}:${product.prefix}_${uuid}`, product };
  });
}

/** Bare ids of the roles that sign-in accounts can have, by the names that options use. */
export const adminRoles = {
  full_admin: 'id_full_admin',
  read_only_admin: 'id_readonly_admin',
  user_admin: 'id_user_admin',
} as const;
export type AdminRole = keyof typeof adminRoles;

/** Bare ids and names as `GET /roles` lists them. @see https://developer.webex.com/docs/api/v1/roles */
export const webexRoles = [
  { id: 'id_full_admin', name: 'Full Administrator' },
  { id: 'id_readonly_admin', name: 'Read-only Administrator' },
  { id: 'id_user_admin', name: 'User Administrator' },
  { id: 'id_device_admin', name: 'Device Administrator' },
  { id: '3d5a3b1c-5f0e-4e3f-9d36-1f0c8a7a9c42', name: 'Compliance Officer' },
  { id: 'a6f1c0de-92b4-4d0a-8f47-6f4f3f3d2b11', name: 'Support Administrator' },
];
