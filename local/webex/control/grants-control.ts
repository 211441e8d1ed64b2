/** Control of grants and accounts: making grants, and every way in which a refresh token dies. */

import type { AccessToken, Grant } from '../oauth/grants.ts';
import { type TokenResponse, toTokenResponse } from '../oauth/token-response.ts';
import { type AdminRole, adminRoles } from '../people/licenses.ts';
import type { Account } from '../people/organizations.ts';
import type { World } from '../world.ts';
import { findAccount, findOrganization } from './find.ts';

export interface LiveTokens {
  accessTokens: AccessToken[];
  refreshTokens: { value: string; expiresAt: number }[];
}

export interface GrantRequest {
  orgId: string;
  /** Default: the organization's first administrator. */
  email?: string;
  /** Default: all scopes of the client. */
  scopes?: string[];
  /** Default: the first client. */
  clientId?: string;
}

const grantsOf = ({ grants }: World, account: Account): Grant[] =>
  grants.ofOrganization(account.orgId).filter((grant) => grant.account === account);

/** @throws TypeError */
export function issueGrant(world: World, { orgId, email, scopes, clientId }: GrantRequest): TokenResponse {
  const organization = findOrganization(world, orgId);
  const account = email === undefined ? organization.accounts[0]! : findAccount(world, email);
  if (account.orgId !== organization.id) throw new TypeError(`${account.email} is not of ${organization.name}`);
  const client = clientId === undefined ? [...world.clients.values()][0] : world.clients.get(clientId);
  if (!client) throw new TypeError('There is no such client');
  return toTokenResponse(world, world.grants.issue(account, client.clientId, scopes ?? client.scopes));
}

export function revokeGrants(
  world: World,
  { orgId, accessTokens = false }: { orgId: string; accessTokens?: boolean },
): { revoked: number } {
  const { id } = findOrganization(world, orgId);
  const grants = world.grants.ofOrganization(id).filter(({ refreshable }) => refreshable);
  for (const grant of grants) world.grants.revoke(grant, { accessTokens });
  return { revoked: grants.length };
}

export function deactivate(world: World, account: Account): void {
  account.active = false;
  for (const grant of grantsOf(world, account)) world.grants.revoke(grant, { accessTokens: true });
}

export function deactivateUser(world: World, { email }: { email: string }): void {
  const account = findAccount(world, email);
  deactivate(world, account);
  findOrganization(world, account.orgId).people().upsert({ id: account.personId, loginEnabled: false });
}

export function changeRoles(world: World, { email, roles }: { email: string; roles: AdminRole[] }): void {
  const account = findAccount(world, email);
  const demoted = account.roles.includes('full_admin') && !roles.includes('full_admin');
  account.roles = roles;
  findOrganization(world, account.orgId)
    .people()
    .upsert({ id: account.personId, roles: roles.map((role) => adminRoles[role]) });
  if (!demoted && roles.length > 0) return;
  for (const grant of grantsOf(world, account)) world.grants.revoke(grant, { accessTokens: false });
}

export function liveTokens(world: World, orgId: string): LiveTokens {
  const grants = world.grants.ofOrganization(findOrganization(world, orgId).id);
  return {
    accessTokens: grants.flatMap((grant) => grant.accessTokens).filter(({ expiresAt }) => expiresAt > world.now()),
    refreshTokens: grants
      .filter(({ refreshToken }) => world.grants.isAlive(refreshToken))
      .map((grant) => ({ value: grant.refreshToken, expiresAt: grant.refreshExpiresAt })),
  };
}
