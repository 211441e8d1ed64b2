/** Callers of `customers`, and what each may do below which node of the hierarchy. Pure. */

import { isBelow } from './customer.ts';

export const roles = ['reader', 'operator', 'administrator', 'token_reader'] as const;
/**
 * `reader` reads; `operator` also refreshes, syncs and connects; `administrator` also creates, changes, deletes and decides
 * about held removals. `token_reader` only reveals access tokens, and no other role includes it.
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
  /** The trace of the caller's present request. */
  request?: string;
}

/** The caller and the request, as documents store them in `by`: `portal@example.com 4bf92f35…`. */
export function actor({ id, request }: Caller): string {
  return request ? `${id} ${request}` : id;
}

/** The parts of `by`. An e-mail address contains no space. */
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
 * The fewest nodes that contain all customers at or below `node` for which the caller has the role: the node itself, or the
 * nodes of grants below it. Without `node`: all nodes where the caller has the role.
 */
export function visibleNodes(caller: Caller, role: Role, node?: string): string[] {
  if (node !== undefined && mayAt(caller, node, role)) return [node];
  const granted = caller.grants.filter(
    (grant) => covers[grant.role].has(role) && (node === undefined || isBelow(grant.hierarchy, node)),
  );
  const nodes = [...new Set(granted.map(({ hierarchy }) => hierarchy))];
  return nodes.filter((each) => !nodes.some((other) => other !== each && isBelow(each, other)));
}
