/** The calls by which an administrator sees and ends what integrations were granted. */

import { type Answer, Refusal } from '../answers.ts';
import { bareId, bareIdOfType, webexId } from '../ids.ts';
import type { Grant } from '../oauth/grants.ts';
import type { Call, World } from '../world.ts';
import { assertOwnOrganization, type Caller } from './caller.ts';

/** @see https://developer.webex.com/docs/api/v1/authorizations/list-authorizations-for-a-user */
export function listAuthorizations(world: World, call: Call, { organization }: Caller): Answer {
  const query = call.url.searchParams;
  const personId = query.get('personId');
  const email = query.get('personEmail')?.toLowerCase();
  if (personId === null && email === undefined) {
    throw new Refusal(400, "Either 'personId' or 'personEmail' must be provided.");
  }
  const items = world.grants
    .ofOrganization(organization.id)
    .filter(({ account }) =>
      personId === null ? account.email === email : account.personId === bareIdOfType('PEOPLE', personId),
    )
    .flatMap((grant) =>
      (world.grants.isAlive(grant.refreshToken) ? ['refresh', 'access'] : ['access']).map(toAuthorization(grant)),
    );
  return { status: 200, json: { items } };
}

const toAuthorization = (grant: Grant) => (type: string) => ({
  id: webexId('AUTHORIZATION', `${grant.id}-${type}`),
  applicationId: webexId('APPLICATION', grant.clientId),
  applicationName: grant.clientId,
  personId: webexId('PEOPLE', grant.account.personId),
  clientId: grant.clientId,
  created: new Date(grant.createdAt).toISOString(),
  type,
});

/**
 * Ends every token of an integration in the organization, the caller's own included.
 * @see https://developer.webex.com/docs/api/v1/authorizations/delete-authorization-of-org-and-client-id
 */
export function deleteAuthorizations(world: World, call: Call, caller: Caller): Answer {
  const clientId = call.url.searchParams.get('clientId');
  if (clientId === null) throw new Refusal(400, "The parameter 'clientId' is required.");
  assertOwnOrganization(call.url.searchParams.get('orgId'), caller);
  for (const grant of world.grants.ofOrganization(caller.organization.id)) {
    if (grant.clientId === clientId) world.grants.revoke(grant, { accessTokens: true });
  }
  return { status: 204 };
}

/**
 * Ends the grant that the authorization belongs to, with all of its tokens.
 * @see https://developer.webex.com/docs/api/v1/authorizations/delete-authorization
 */
export function deleteAuthorization(world: World, _call: Call, caller: Caller, [id = '']: string[]): Answer {
  const wanted = bareId(id).replace(/-(refresh|access)$/, '');
  const grant = world.grants.ofOrganization(caller.organization.id).find((known) => known.id === wanted);
  if (!grant) throw new Refusal(404, 'The authorization could not be found.');
  world.grants.revoke(grant, { accessTokens: true });
  return { status: 204 };
}
