/** Who calls `customers`, and what it may do below which node of the hierarchy. */

import { isBelow } from './customer.ts';

export const roles = ['reader', 'operator', 'administrator', 'token_reader'] as const;
/**
 * `reader` reads; `operator` also refreshes, syncs, connects; `administrator` also creates, changes, deletes and
 * decides on held removals. `token_reader` is apart from that ladder: it alone may take a working access token.
 */
export type Role = (typeof roles)[number];

export interface CallerGrant {
  /** A node (`sys.provider`): the grant covers it and everything below. */
  hierarchy: string;
  role: Role;
}

export interface Caller {
  /** The verified e-mail of the caller's identity token. */
  id: string;
  grants: CallerGrant[];
}

const covers: Record<Role, ReadonlySet<Role>> = {
  reader: new Set(['reader']),
  operator: new Set(['reader', 'operator']),
  administrator: new Set(['reader', 'operator', 'administrator']),
  token_reader: new Set(['token_reader']),
};

/** Whether one of the caller's grants covers the role (or any role) at a node. */
export function mayAt(caller: Caller, hierarchy: string, role: Role | 'any'): boolean {
  return caller.grants.some(
    (grant) => isBelow(hierarchy, grant.hierarchy) && (role === 'any' || covers[grant.role].has(role)),
  );
}
