/** The calls of the REST API: who may make which, and the short ones among them. */

import { type Answer, Refusal } from '../answers.ts';
import { bareId, bareIdOfType, webexId } from '../ids.ts';
import { licensesOf, webexRoles } from '../people/licenses.ts';
import type { Organization } from '../people/organizations.ts';
import type { Person } from '../people/person.ts';
import type { ScopedCall } from '../settings.ts';
import type { Call, World } from '../world.ts';
import { deleteAuthorizations, listAuthorizations } from './authorizations.ts';
import { authenticate, type Caller, forbidden, ownOrganization } from './caller.ts';
import { listPeople } from './people-list.ts';
import { searchUsers } from './scim.ts';
import { personOnWire } from './wire.ts';

interface Route {
  method: string;
  /** The first group is handed to the call. */
  path: RegExp;
  /** As counted in the statistics. */
  name: string;
  scopes?: ScopedCall;
  /** For administrators only. */
  admin?: true;
  act(world: World, call: Call, caller: Caller, parameter: string): Answer;
}

const routes: Route[] = [
  {
    method: 'GET',
    path: /^\/v1\/people$/,
    name: '/v1/people',
    scopes: 'people',
    admin: true,
    act(world, call, caller) {
      ownOrganization(call.url.searchParams.get('orgId'), caller);
      return listPeople(world, call, caller.organization);
    },
  },
  {
    method: 'GET',
    path: /^\/v1\/people\/me$/,
    name: '/v1/people/me',
    scopes: 'me',
    act: (world, call, caller) => onePerson(world, call, caller, caller.grant.account.personId),
  },
  {
    method: 'GET',
    path: /^\/v1\/people\/([^/]+)$/,
    name: '/v1/people/{id}',
    scopes: 'people',
    admin: true,
    act(world, call, caller, parameter) {
      const id = bareIdOfType('PEOPLE', parameter);
      if (id === undefined) throw new Refusal(400, 'Invalid person id.');
      return onePerson(world, call, caller, id);
    },
  },
  {
    method: 'GET',
    path: /^\/v1\/licenses$/,
    name: '/v1/licenses',
    scopes: 'licenses',
    admin: true,
    act(_world, call, caller) {
      ownOrganization(call.url.searchParams.get('orgId'), caller);
      return { status: 200, json: { items: licenses(caller.organization) } };
    },
  },
  {
    method: 'GET',
    path: /^\/v1\/roles$/,
    name: '/v1/roles',
    scopes: 'roles',
    admin: true,
    act: () => ({
      status: 200,
      json: { items: webexRoles.map(({ id, name }) => ({ id: webexId('ROLE', id), name })) },
    }),
  },
  {
    method: 'GET',
    path: /^\/v1\/organizations$/,
    name: '/v1/organizations',
    scopes: 'organizations',
    admin: true,
    act: (_world, _call, { organization }) => ({ status: 200, json: { items: [onWire(organization)] } }),
  },
  {
    method: 'GET',
    path: /^\/v1\/organizations\/([^/]+)$/,
    name: '/v1/organizations/{id}',
    scopes: 'organizations',
    admin: true,
    act(_world, _call, { organization }, parameter) {
      if (bareId(parameter) !== organization.id) throw new Refusal(404, 'The organization could not be found.');
      return { status: 200, json: onWire(organization) };
    },
  },
  {
    method: 'GET',
    path: /^\/v1\/authorizations$/,
    name: '/v1/authorizations',
    scopes: 'listAuthorizations',
    admin: true,
    act: listAuthorizations,
  },
  {
    method: 'DELETE',
    path: /^\/v1\/authorizations$/,
    name: '/v1/authorizations',
    scopes: 'deleteAuthorizations',
    admin: true,
    act: deleteAuthorizations,
  },
  {
    method: 'GET',
    path: /^\/v1\/authorizations\/tokenExpiry$/,
    name: '/v1/authorizations/tokenExpiry',
    act: (_world, _call, { expiresAt }) => ({ status: 200, json: { exp: expiresAt } }),
  },
  {
    method: 'GET',
    path: /^\/identity\/scim\/([^/]+)\/v2\/Users$/,
    name: '/identity/scim/{org}/v2/Users',
    scopes: 'scim',
    admin: true,
    act(world, call, caller, parameter) {
      // SCIM takes the bare uuid only.
      if (parameter !== caller.organization.id) throw new Refusal(403, forbidden);
      return searchUsers(world, call, caller.organization);
    },
  },
];

/** The name that the statistics know a request by. */
export function routeName(call: Call): string {
  const { path } = call;
  const known = routes.find((route) => route.path.test(path))?.name;
  if (known) return known;
  return ['/v1/authorize', '/v1/access_token'].includes(path) ? path : 'unknown';
}

/** Authenticates, authorizes and answers a call of the API. */
export function callApi(world: World, call: Call): Answer {
  const candidates = routes.filter(({ path }) => path.test(call.path));
  const route = candidates.find(({ method }) => method === call.method);
  if (!route) {
    if (candidates.length === 0) throw new Refusal(404, 'The requested resource could not be found.');
    throw new Refusal(405, 'The request was made using an HTTP method that is not supported.', {
      headers: { Allow: candidates.map(({ method }) => method).join(', ') },
    });
  }
  const caller = authenticate(world, call);
  const { account, scopes } = caller.grant;
  const required = route.scopes ? world.settings.requiredScopes[route.scopes] : [];
  const scoped = required.length === 0 || required.some((scope) => scopes.includes(scope));
  if (!scoped || (route.admin && account.roles.length === 0)) throw new Refusal(403, forbidden);
  return route.act(world, call, caller, parameterOf(route, call));
}

function parameterOf(route: Route, call: Call): string {
  const raw = route.path.exec(call.path)?.[1] ?? '';
  try {
    return decodeURIComponent(raw);
  } catch {
    throw new Refusal(400, 'The request path could not be decoded.');
  }
}

function onePerson(world: World, call: Call, { organization }: Caller, id: string): Answer {
  const person: Person | undefined = organization.people().byId(id);
  if (!person) throw new Refusal(404, 'Could not find a person with the provided ID.');
  return {
    status: 200,
    json: personOnWire(person, {
      orgId: organization.id,
      callingData: call.url.searchParams.get('callingData') === 'true',
      administrative: true,
      presenceAt: world.now(),
      booleansAsStrings: world.settings.booleansAsStrings,
    }),
  };
}

/** Units follow from the shares by which people are given licences: counting 300,000 people would take a second. */
function licenses({ id, people }: Organization): object[] {
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

const onWire = ({ id, name, created }: Organization) => ({
  id: webexId('ORGANIZATION', id),
  displayName: name,
  created,
});
