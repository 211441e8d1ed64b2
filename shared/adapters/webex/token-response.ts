/** Converts a successful response of the token endpoint to a token pair. Pure. */

import type { TokenPair } from '../../domain/grant.ts';
import { Secret } from '../../domain/secret.ts';
import { fieldsOf, textOf } from './fields.ts';
import { unreadable, type WebexResponse } from './responses.ts';

/** Webex's tokens are shorter; a longer one would not fit into a document. */
const maxTokenLength = 16_384;
/** A lifetime outside of these bounds counts as unknown. */
const credibleSeconds = { min: 60, max: 10 * 365 * 86_400 };

/**
 * The token pair. A missing or absurd lifetime means that it is unknown; the pair is still good, and where Webex rotates
 * refresh tokens it is the only one.
 * @param requestedAt the instant before the request was sent, epoch ms: lifetimes count from there
 * @throws Failure `webex_unavailable` for a response without an access token
 * @see https://developer.webex.com/docs/integrations#getting-an-access-token
 */
export function toTokenPair(response: WebexResponse, requestedAt: number): TokenPair {
  const body = fieldsOf(response.body);
  const accessToken = tokenOf(body.access_token);
  if (!accessToken) throw unreadable(response);
  const refreshToken = tokenOf(body.refresh_token);
  const accessMs = lifetimeMs(body.expires_in);
  const refreshMs = lifetimeMs(body.refresh_token_expires_in);
  const scope = textOf(body.scope);
  return {
    accessToken: new Secret(accessToken),
    requestedAt,
    ...(accessMs !== undefined && { accessExpiresAt: requestedAt + accessMs }),
    ...(refreshToken && { refreshToken: new Secret(refreshToken) }),
    ...(refreshMs !== undefined && { refreshExpiresAt: requestedAt + refreshMs }),
    ...(scope && scope.length <= maxTokenLength && { scopes: scope.trim().split(/\s+/).sort() }),
  };
}

/** A token is visible ASCII (RFC 6749, appendix A.12). */
function tokenOf(value: unknown): string | undefined {
  const token = textOf(value);
  return token && token.length <= maxTokenLength && /^[\x21-\x7e]+$/.test(token) ? token : undefined;
}

function lifetimeMs(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof seconds !== 'number') return undefined;
  const isCredible = seconds >= credibleSeconds.min && seconds <= credibleSeconds.max;
  return isCredible ? Math.floor(seconds * 1000) : undefined;
}
