/** Who calls `customers`, and what it may do below which node of the hierarchy. */

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
