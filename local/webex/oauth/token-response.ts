/** A grant in the words of the token endpoint. */

import type { World } from '../world.ts';
import type { Grant } from './grants.ts';

/** @see https://developer.webex.com/docs/integrations#getting-an-access-token */
export interface TokenResponse {
  access_token: string;
  /** Seconds. */
  expires_in: number;
  refresh_token?: string;
  /** Seconds. */
  refresh_token_expires_in: number;
  token_type: 'Bearer';
  scope?: string;
}

/** `omitRefreshToken` of the settings concerns refreshes only. */
export function toTokenResponse(
  { settings, now }: Pick<World, 'settings' | 'now'>,
  grant: Grant,
  { isRefresh = false } = {},
): TokenResponse {
  const newest = grant.accessTokens.at(-1)!;
  // Webex rounds down: 14 days are 1209599 seconds.
  const seconds = (expiresAt: number) => Math.max(0, Math.floor((expiresAt - now() - 1) / 1000));
  const omit = isRefresh && settings.omitRefreshToken;
  return {
    access_token: newest.value,
    expires_in: seconds(newest.expiresAt),
    ...(omit === 'empty' ? { refresh_token: '' } : !omit && { refresh_token: grant.refreshToken }),
    refresh_token_expires_in: seconds(grant.refreshExpiresAt),
    token_type: 'Bearer',
    ...(!settings.omitScope && { scope: grant.scopes.join(' ') }),
  };
}
