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
  /** The trace of the request that this is about. */
  request?: string;
}

/** Who acts, and in which request, as the one text that records keep in `by`: `portal@example.com 4bf92f35…`. */
export function actor({ id, request }: Caller): string {
  return request ? `${id} ${request}` : id;
}

/** The parts of a record's `by`; an e-mail address holds no space. */
export function actorOf(by: string): { caller: string; request?: string } {
  const [caller = '', request] = by.split(' ');
  return { caller, ...(request && { request }) };
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

/**
 * The fewest nodes that hold everything at or below `node` where the caller has the role: the node itself, or the nodes
 * of the grants that lie below it. Without `node`: everything that the caller may see.
 */
export function visibleNodes(caller: Caller, role: Role, node?: string): string[] {
  if (node !== undefined && mayAt(caller, node, role)) return [node];
  const granted = caller.grants.filter(
    (grant) => covers[grant.role].has(role) && (node === undefined || isBelow(grant.hierarchy, node)),
  );
  const nodes = [...new Set(granted.map(({ hierarchy }) => hierarchy))];
  return nodes.filter((each) => !nodes.some((other) => other !== each && isBelow(each, other)));
}
