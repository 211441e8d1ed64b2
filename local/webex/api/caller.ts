/** Who makes a call of the API, and what that caller may do. */

import { Refusal } from '../answers.ts';
import { bareId } from '../ids.ts';
import type { Grant } from '../oauth/grants.ts';
import type { Organization } from '../people/organizations.ts';
import { bearerOf, type Call, type World } from '../world.ts';

export interface Caller {
  grant: Grant;
  /** When the access token of the call expires, epoch ms. */
  expiresAt: number;
  organization: Organization;
}

/** Webex says the same for a missing scope, a missing role and another organization. */
export const forbidden =
  'The server understood the request, but refused to fulfill it because the access token is missing required scopes or the user is missing required roles or licenses.';

/** @throws Refusal 401 */
export function authenticate(world: World, call: Call): Caller {
  const known = world.grants.authenticate(bearerOf(call) ?? '');
  const organization = known && world.organizations.get(known.grant.account.orgId);
  if (!known || !organization) {
    throw new Refusal(401, 'The request requires a valid access token set in the Authorization request header.', {
      headers: { 'WWW-Authenticate': 'Bearer realm="webex"' },
    });
  }
  return { ...known, organization };
}

/** @throws Refusal 403 when the call names another organization than the caller's */
export function assertOwnOrganization(orgId: string | null, { organization }: Caller): void {
  if (orgId !== null && bareId(orgId) !== organization.id) throw new Refusal(403, forbidden);
}

/** Seeing everyone takes the role and the administrator's scope. */
export function administersPeople({ grant }: Caller): boolean {
  return grant.account.roles.length > 0 && grant.scopes.includes('spark-admin:people_read');
}
