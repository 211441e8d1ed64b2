/** The calls by which an administrator sees and ends what integrations were granted. */

import { type Answer, Refusal } from '../answers.ts';
import { bareIdOfType, webexId } from '../ids.ts';
import type { Call, World } from '../world.ts';
import { type Caller, ownOrganization } from './caller.ts';

/** @see https://developer.webex.com/docs/api/v1/authorizations */
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
      (['refresh', 'access'] as const)
        .filter((type) => (type === 'refresh' ? world.grants.isAlive(grant.refreshToken) : true))
        .map((type) => ({
          id: webexId('AUTHORIZATION', `${grant.id}-${type}`),
          applicationId: webexId('APPLICATION', grant.clientId),
          applicationName: grant.clientId,
          personId: webexId('PEOPLE', grant.account.personId),
          clientId: grant.clientId,
          created: new Date(grant.createdAt).toISOString(),
          type,
        })),
    );
  return { status: 200, json: { items } };
}

/** Every token of the integration in the organization dies, that of the caller included. */
export function deleteAuthorizations(world: World, call: Call, caller: Caller): Answer {
  const clientId = call.url.searchParams.get('clientId');
  if (clientId === null) throw new Refusal(400, "The parameter 'clientId' is required.");
  ownOrganization(call.url.searchParams.get('orgId'), caller);
  for (const grant of world.grants.ofOrganization(caller.organization.id)) {
    if (grant.clientId === clientId) world.grants.revoke(grant, { accessTokens: true });
  }
  return { status: 204 };
}
