/** Grants of administrators to integrations: codes, access tokens, refresh tokens, and when each of them dies. */

import { randomBytes, randomUUID } from 'node:crypto';
import type { Account } from '../people/organizations.ts';
import type { Settings } from '../settings.ts';

/** The body of a successful answer of the token endpoint. @see https://developer.webex.com/docs/integrations */
export interface TokenResponse {
  access_token: string;
  /** Seconds, as the next. */
  expires_in: number;
  refresh_token?: string;
  refresh_token_expires_in: number;
  token_type: 'Bearer';
  scope?: string;
}

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
  /** False once the refresh token was revoked; access tokens live on by themselves. */
  refreshable: boolean;
  /** All that were issued and have not expired, oldest first. */
  accessTokens: AccessToken[];
  /** The refresh token before the present one: dead, but still known to be this grant's. */
  previousRefreshToken?: string;
}

interface Code {
  account: Account;
  clientId: string;
  scopes: string[];
  redirectUri: string;
  challenge: string | undefined;
  expiresAt: number;
}

/** 64 letters and digits: 380 bits. */
function randomText(): string {
  const text = randomBytes(96)
    .toString('base64')
    .replace(/[^A-Za-z0-9]/g, '');
  return text.length < 64 ? randomText() : text.slice(0, 64);
}

export type Grants = ReturnType<typeof grantStore>;

/** @param changed called after every change of a grant, before anybody is told of it */
export function grantStore(settings: Settings, now: () => number, changed: () => void = () => {}) {
  const codes = new Map<string, Code>();
  const byRefreshToken = new Map<string, Grant>();
  const byAccessToken = new Map<string, Grant>();
  const byOrganization = new Map<string, Set<Grant>>();
  const opaque = (orgId: string) => `${randomText()}${settings.tokenForm === 'marked' ? `_P0A1_${orgId}` : ''}`;

  function addAccessToken(grant: Grant): void {
    const live = grant.accessTokens.filter((token) => token.expiresAt > now());
    for (const token of grant.accessTokens) {
      if (!live.includes(token)) byAccessToken.delete(token.value);
    }
    const token = {
      value: opaque(grant.account.orgId),
      issuedAt: now(),
      expiresAt: now() + settings.lifetimes.accessMs,
    };
    byAccessToken.set(token.value, grant);
    grant.accessTokens = [...live, token];
  }

  function issue(account: Account, clientId: string, scopes: string[]): Grant {
    const grant: Grant = {
      id: randomUUID(),
      account,
      clientId,
      scopes,
      createdAt: now(),
      renewedAt: now(),
      refreshToken: opaque(account.orgId),
      refreshExpiresAt: now() + settings.lifetimes.refreshMs,
      refreshable: true,
      accessTokens: [],
    };
    addAccessToken(grant);
    keep(grant);
    changed();
    return grant;
  }

  function keep(grant: Grant): void {
    for (const token of grant.accessTokens) byAccessToken.set(token.value, grant);
    byRefreshToken.set(grant.refreshToken, grant);
    const grants = byOrganization.get(grant.account.orgId) ?? new Set();
    byOrganization.set(grant.account.orgId, grants.add(grant));
  }

  const isAlive = (refreshToken: string): boolean => {
    const grant = byRefreshToken.get(refreshToken);
    return grant?.refreshable === true && grant.refreshToken === refreshToken && grant.refreshExpiresAt > now();
  };

  return {
    issue,
    isAlive,
    /** Takes up a grant of an earlier start. */
    keep,
    all: (): Grant[] => [...byOrganization.values()].flatMap((grants) => [...grants]),

    issueCode(code: Omit<Code, 'expiresAt'>): string {
      const value = opaque(code.account.orgId);
      codes.set(value, { ...code, expiresAt: now() + settings.lifetimes.codeMs });
      return value;
    },

    peekCode: (value: string) => codes.get(value),

    /** A code is spent by the attempt, whatever comes of it. */
    takeCode(value: string): Code | undefined {
      const code = codes.get(value);
      codes.delete(value);
      return code && code.expiresAt > now() ? code : undefined;
    },

    /** Whose refresh token this is or was, dead or alive. */
    ownerOf: (refreshToken: string) => byRefreshToken.get(refreshToken),

    /** The grant and dates of an access token that still works. */
    authenticate(accessToken: string): { grant: Grant; issuedAt: number; expiresAt: number } | undefined {
      const grant = byAccessToken.get(accessToken);
      const token = grant?.accessTokens.find(({ value }) => value === accessToken);
      return grant && token && token.expiresAt > now() ? { ...token, grant } : undefined;
    },

    /**
     * Renews both lifetimes. Within `renewEveryMs` of the last time, or when told so, Webex leaves all as it was, as
     * long as there is an access token to give.
     */
    renew(grant: Grant, leaveUnchanged: boolean): void {
      const early = now() < grant.renewedAt + settings.renewEveryMs;
      const newest = grant.accessTokens.at(-1);
      if ((early || leaveUnchanged) && newest && newest.expiresAt > now()) return;
      addAccessToken(grant);
      grant.renewedAt = now();
      grant.refreshExpiresAt = now() + settings.lifetimes.refreshMs;
      if (settings.rotation === 'rotate') {
        if (grant.previousRefreshToken) byRefreshToken.delete(grant.previousRefreshToken);
        grant.previousRefreshToken = grant.refreshToken;
        grant.refreshToken = opaque(grant.account.orgId);
        byRefreshToken.set(grant.refreshToken, grant);
      }
      changed();
    },

    response(grant: Grant): TokenResponse {
      const newest = grant.accessTokens.at(-1)!;
      // Webex rounds down: 14 days read 1209599.
      const seconds = (expiresAt: number) => Math.max(0, Math.floor((expiresAt - now() - 1) / 1000));
      return {
        access_token: newest.value,
        expires_in: seconds(newest.expiresAt),
        refresh_token: grant.refreshToken,
        refresh_token_expires_in: seconds(grant.refreshExpiresAt),
        token_type: 'Bearer',
        ...(!settings.omitScope && { scope: grant.scopes.join(' ') }),
      };
    },

    revoke(grant: Grant, options: { accessTokens: boolean }): void {
      grant.refreshable = false;
      if (options.accessTokens) {
        for (const token of grant.accessTokens) byAccessToken.delete(token.value);
        grant.accessTokens = [];
        byOrganization.get(grant.account.orgId)?.delete(grant);
      }
      changed();
    },

    ofOrganization: (orgId: string): Grant[] => [...(byOrganization.get(orgId) ?? [])],
  };
}
