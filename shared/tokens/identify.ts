/** Asks Webex who a pair of tokens belongs to: the person, their roles and their organization. */

import type { Consent } from '../domain/authorization.ts';
import { codeOf, Failure } from '../domain/failure.ts';
import type { Proxies } from '../domain/proxy.ts';
import type { Secret } from '../domain/secret.ts';
import { truncate } from '../domain/truncate.ts';
import type { Ports } from '../ports.ts';

/** Longer names are cut, because they would only fill the page. */
const maxNameLength = 200;

/**
 * The owner of the tokens. A user who may not read the organization is not an administrator of it.
 * @throws Failure Webex's codes
 */
export async function identify(
  ports: Ports,
  pair: { accessToken: Secret; scopes?: string[] | undefined },
  proxies?: Proxies,
): Promise<Consent> {
  const access = { accessToken: pair.accessToken, ...(proxies && { proxies }) };
  const me = await ports.webex.me(access);
  if (!me.orgId) throw new Failure('webex_unavailable', 'Webex did not say which organization this is.');
  const organization = await ports.webex.organization(access, me.orgId).catch((error) => {
    if (codeOf(error) === 'webex_forbidden' || codeOf(error) === 'webex_not_found') return undefined;
    throw error;
  });
  const email = truncate(me.emails[0] ?? me.id, maxNameLength);
  const authorizer = {
    id: me.id,
    email,
    displayName: truncate(me.displayName ?? email, maxNameLength),
    organizationId: me.orgId,
    organizationName: truncate(organization?.displayName ?? me.orgId, maxNameLength),
  };
  return { authorizer, roles: me.roles, scopes: pair.scopes ?? ports.settings.requiredScopes };
}
