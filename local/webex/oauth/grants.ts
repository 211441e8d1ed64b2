/** Grants of administrators to integrations: access tokens, refresh tokens, and when each of them dies. */

import { randomUUID } from 'node:crypto';
import type { Account } from '../people/organizations.ts';
import type { Settings } from '../settings.ts';
import { newToken } from './token-text.ts';

export interface AccessToken {
  value: string;
  issuedAt: number;
  expiresAt: number;
}

export interface Grant {
  id: string;
  account: Account;
  clientId: string;
  scopes: string[];
  createdAt: number;
  renewedAt: number;
  refreshToken: string;
  refreshExpiresAt: number;
  /** False once the refresh token was revoked. Access tokens stay valid without it. */
  refreshable: boolean;
  /** Those that have not expired, oldest first. */
  accessTokens: AccessToken[];
  /** The refresh token before this one. It is dead, but statistics still count it for this grant. */
  previousRefreshToken?: string;
}

export type Grants = ReturnType<typeof grantStore>;

/** @param changed called after every change of a grant, before any client learns of it */
export function grantStore(settings: Settings, now: () => number, changed: () => void = () => {}) {
  const index = grantIndex();

  function isAlive(refreshToken: string): boolean {
    const grant = index.byRefreshToken.get(refreshToken);
    return grant?.refreshable === true && grant.refreshToken === refreshToken && grant.refreshExpiresAt > now();
  }

  return {
    isAlive,
    all: index.all,
    ofOrganization: index.ofOrganization,
    /** Adds a grant of an earlier start. */
    restore: index.add,
    /** The grant that this refresh token belongs or belonged to, dead or alive. */
    ownerOf: (refreshToken: string) => index.byRefreshToken.get(refreshToken),

    issue(account: Account, clientId: string, scopes: string[]): Grant {
      const grant = newGrant(account, clientId, scopes, settings, now());
      index.add(grant);
      changed();
      return grant;
    },

    /** The grant and dates of a valid access token. */
    authenticate(accessToken: string): (AccessToken & { grant: Grant }) | undefined {
      const grant = index.byAccessToken.get(accessToken);
      const token = grant?.accessTokens.find(({ value }) => value === accessToken);
      return grant && token && token.expiresAt > now() ? { ...token, grant } : undefined;
    },

    /**
     * Renews both lifetimes. Within `renewEveryMs` of the last renewal, or if a fault says so, Webex changes nothing as
     * long as it has a valid access token to return.
     */
    renew(grant: Grant, leaveUnchanged: boolean): void {
      const early = now() < grant.renewedAt + settings.renewEveryMs;
      const newest = grant.accessTokens.at(-1);
      if ((early || leaveUnchanged) && newest && newest.expiresAt > now()) return;
      index.remove(grant);
      Object.assign(grant, renewalOf(grant, settings, now()));
      index.add(grant);
      changed();
    },

    /** Ends the refresh token, and the access tokens too if asked. */
    revoke(grant: Grant, { accessTokens }: { accessTokens: boolean }): void {
      grant.refreshable = false;
      if (accessTokens) {
        index.removeAccess(grant);
        grant.accessTokens = [];
      }
      changed();
    },
  };
}

function newAccessToken(orgId: string, settings: Settings, now: number): AccessToken {
  return { value: newToken(settings, orgId), issuedAt: now, expiresAt: now + settings.lifetimes.accessMs };
}

function newGrant(account: Account, clientId: string, scopes: string[], settings: Settings, now: number): Grant {
  return {
    id: randomUUID(),
    account,
    clientId,
    scopes,
    createdAt: now,
    renewedAt: now,
    refreshToken: newToken(settings, account.orgId),
    refreshExpiresAt: now + settings.lifetimes.refreshMs,
    refreshable: true,
    accessTokens: [newAccessToken(account.orgId, settings, now)],
  };
}

/** What a renewal changes of a grant. */
function renewalOf(grant: Grant, settings: Settings, now: number): Partial<Grant> {
  const { orgId } = grant.account;
  const unexpired = grant.accessTokens.filter(({ expiresAt }) => expiresAt > now);
  return {
    accessTokens: [...unexpired, newAccessToken(orgId, settings, now)],
    renewedAt: now,
    refreshExpiresAt: now + settings.lifetimes.refreshMs,
    ...(settings.rotation === 'rotate' && {
      previousRefreshToken: grant.refreshToken,
      refreshToken: newToken(settings, orgId),
    }),
  };
}

/** Finds grants by their tokens and by organization. */
function grantIndex() {
  const byRefreshToken = new Map<string, Grant>();
  const byAccessToken = new Map<string, Grant>();
  const byOrganization = new Map<string, Set<Grant>>();
  const refreshTokens = ({ refreshToken, previousRefreshToken }: Grant) =>
    previousRefreshToken === undefined ? [refreshToken] : [previousRefreshToken, refreshToken];

  return {
    byRefreshToken,
    byAccessToken,
    all: (): Grant[] => [...byOrganization.values()].flatMap((grants) => [...grants]),
    ofOrganization: (orgId: string): Grant[] => [...(byOrganization.get(orgId) ?? [])],

    add(grant: Grant): void {
      for (const { value } of grant.accessTokens) byAccessToken.set(value, grant);
      for (const value of refreshTokens(grant)) byRefreshToken.set(value, grant);
      const grants = byOrganization.get(grant.account.orgId) ?? new Set();
      byOrganization.set(grant.account.orgId, grants.add(grant));
    },

    remove(grant: Grant): void {
      for (const { value } of grant.accessTokens) byAccessToken.delete(value);
      for (const value of refreshTokens(grant)) byRefreshToken.delete(value);
    },

    /** Removes the access tokens, and the grant from its organization's list. The refresh token is still recognized. */
    removeAccess(grant: Grant): void {
      for (const { value } of grant.accessTokens) byAccessToken.delete(value);
      byOrganization.get(grant.account.orgId)?.delete(grant);
    },
  };
}
