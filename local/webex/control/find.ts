/** Finds what a control operation names. */

import { bareId } from '../ids.ts';
import type { Account, Organization } from '../people/organizations.ts';
import type { World } from '../world.ts';

/** @throws TypeError */
export function findOrganization({ organizations }: World, orgId: string): Organization {
  const found = organizations.get(bareId(orgId));
  if (!found) throw new TypeError(`There is no organization ${orgId}`);
  return found;
}

/** @throws TypeError */
export function findAccount({ organizations }: World, email: string): Account {
  const found = organizations.account(email);
  if (!found) throw new TypeError(`There is no account ${email}`);
  return found;
}
