/** Licences, roles and organizations: short lists, and one of each by id. */

import { type Answer, Refusal } from '../answers.ts';
import { bareId, webexId } from '../ids.ts';
import { licensesOf, webexRoles } from '../people/licenses.ts';
import type { Organization } from '../people/organizations.ts';
import type { Call, World } from '../world.ts';
import { assertOwnOrganization, type Caller } from './caller.ts';

const ok = (json: unknown): Answer => ({ status: 200, json });

/** Webex compares ids by what they name, so a bare id finds the same entry. */
function byId<T extends { id: string }>(list: T[], id: string, what: string): T {
  const found = list.find((entry) => bareId(entry.id) === bareId(id));
  if (!found) throw new Refusal(404, `The ${what} could not be found.`);
  return found;
}

/** @see https://developer.webex.com/docs/api/v1/licenses/list-licenses */
export function listLicenses(_world: World, call: Call, caller: Caller): Answer {
  assertOwnOrganization(call.url.searchParams.get('orgId'), caller);
  return ok({ items: licenses(caller.organization) });
}

/** @see https://developer.webex.com/docs/api/v1/licenses/get-license-details */
export function getLicense(_world: World, _call: Call, { organization }: Caller, [id = '']: string[]): Answer {
  return ok(byId(licenses(organization), id, 'license'));
}

/** Units follow from the products' shares, because counting 300,000 people would take a second. */
function licenses({ id, people }: Organization) {
  const size = people().size();
  return licensesOf(id).map((license) => {
    const consumed = Math.round(size * license.product.share);
    return {
      id: webexId('LICENSE', license.id),
      name: license.product.name,
      totalUnits: Math.ceil((consumed * 1.2) / 10) * 10,
      consumedUnits: consumed,
      consumedByUsers: license.product.site ? null : consumed,
      consumedByWorkspaces: license.product.site ? null : 0,
      ...(license.product.site && { siteUrl: `${id.slice(0, 8)}.webex.com`, siteType: 'Control Hub managed site' }),
    };
  });
}

const roles = webexRoles.map(({ id, name }) => ({ id: webexId('ROLE', id), name }));

/** @see https://developer.webex.com/docs/api/v1/roles/list-roles */
export const listRoles = (): Answer => ok({ items: roles });

/** @see https://developer.webex.com/docs/api/v1/roles/get-role-details */
export const getRole = (_world: World, _call: Call, _caller: Caller, [id = '']: string[]): Answer =>
  ok(byId(roles, id, 'role'));

/** @see https://developer.webex.com/docs/api/v1/organizations/list-organizations */
export const listOrganizations = (_world: World, _call: Call, { organization }: Caller): Answer =>
  ok({ items: [toJson(organization)] });

/** @see https://developer.webex.com/docs/api/v1/organizations/get-organization-details */
export const getOrganization = (_world: World, _call: Call, { organization }: Caller, [id = '']: string[]): Answer =>
  ok(byId([toJson(organization)], id, 'organization'));

const toJson = ({ id, name, created }: Organization) => ({
  id: webexId('ORGANIZATION', id),
  displayName: name,
  created,
});
