/** The calls of the REST API: who may make which call, and which function answers it. */

import { type Answer, Refusal } from '../answers.ts';
import { bareIdOfType } from '../ids.ts';
import type { ScopedCall } from '../settings.ts';
import type { Call, World } from '../world.ts';
import { deleteAuthorization, deleteAuthorizations, listAuthorizations } from './authorizations.ts';
import { authenticate, type Caller, forbidden } from './caller.ts';
import { getLicense, getOrganization, getRole, listLicenses, listOrganizations, listRoles } from './catalog.ts';
import { listPeople } from './people-list.ts';
import { personOnWire } from './person-on-wire.ts';
import { getUser, searchUsers } from './scim.ts';

interface Route {
  method: string;
  /** As the statistics name it. Each `{…}` is one segment, handed to `act` decoded. */
  name: string;
  path: RegExp;
  /** Which entry of the setting `requiredScopes` guards the call. */
  scopes: ScopedCall | undefined;
  /** Only a caller with an administrator's role may make the call. */
  admin: boolean;
  act: Act;
}

type Act = (world: World, call: Call, caller: Caller, segments: string[]) => Answer;

function route(name: string, act: Act, options: { scopes?: ScopedCall; admin?: boolean } = {}): Route {
  const [method = '', path = ''] = name.split(' ');
  const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '([^/]+)')}$`);
  return { method, name: path, path: pattern, scopes: options.scopes, admin: options.admin ?? true, act };
}

/** The first match counts, so `me` stands before `{id}`. */
const routes: Route[] = [
  // Lists are open to members who name a person, so `listPeople` judges the role itself.
  route('GET /v1/people', listPeople, { scopes: 'people', admin: false }),
  route('GET /v1/people/me', me, { scopes: 'me', admin: false }),
  route('GET /v1/people/{id}', getPerson, { scopes: 'people' }),
  route('GET /v1/licenses', listLicenses, { scopes: 'licenses' }),
  route('GET /v1/licenses/{id}', getLicense, { scopes: 'licenses' }),
  route('GET /v1/roles', listRoles, { scopes: 'roles' }),
  route('GET /v1/roles/{id}', getRole, { scopes: 'roles' }),
  route('GET /v1/organizations', listOrganizations, { scopes: 'organizations' }),
  route('GET /v1/organizations/{id}', getOrganization, { scopes: 'organizations' }),
  route('GET /v1/authorizations', listAuthorizations, { scopes: 'listAuthorizations' }),
  route('DELETE /v1/authorizations', deleteAuthorizations, { scopes: 'deleteAuthorizations' }),
  route('GET /v1/authorizations/tokenExpiry', tokenExpiry, { admin: false }),
  route('DELETE /v1/authorizations/{id}', deleteAuthorization, { scopes: 'deleteAuthorizations' }),
  route('GET /identity/scim/{org}/v2/Users', scim(searchUsers), { scopes: 'scim' }),
  route('GET /identity/scim/{org}/v2/Users/{id}', scim(getUser), { scopes: 'scim', admin: false }),
];

/** The name under which the statistics count a request. */
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
  return route.act(world, call, caller, segmentsOf(route, call));
}

function segmentsOf(route: Route, call: Call): string[] {
  const raw = route.path.exec(call.path)?.slice(1) ?? [];
  try {
    return raw.map(decodeURIComponent);
  } catch {
    throw new Refusal(400, 'The request path could not be decoded.');
  }
}

/** SCIM accepts the bare uuid of the caller's own organization only. */
function scim(act: (world: World, call: Call, caller: Caller, id: string) => Answer): Act {
  return (world, call, caller, [orgId, id = '']) => {
    if (orgId !== caller.organization.id) throw new Refusal(403, forbidden);
    return act(world, call, caller, id);
  };
}

function me(world: World, call: Call, caller: Caller): Answer {
  return onePerson(world, call, caller, caller.grant.account.personId);
}

function getPerson(world: World, call: Call, caller: Caller, [given = '']: string[]): Answer {
  const id = bareIdOfType('PEOPLE', given);
  if (id === undefined) throw new Refusal(400, 'Invalid person id.');
  return onePerson(world, call, caller, id);
}

function onePerson(world: World, call: Call, { organization }: Caller, id: string): Answer {
  const person = organization.people().byId(id);
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

function tokenExpiry(_world: World, _call: Call, { expiresAt }: Caller): Answer {
  return { status: 200, json: { exp: expiresAt } };
}
