/** Seals a token pair for its customer; copied to another customer, the ciphertexts do not open. */

import type { SealedTokens } from '../domain/grant.ts';
import type { Secret } from '../domain/secret.ts';
import type { Sealer } from '../ports.ts';
import { accessTokenPlace, refreshTokenPlace } from '../storage/layout.ts';

/**
 * Both tokens are sealed on every refresh, even an unchanged one, so a rotated key reaches every connection within a week.
 * @throws Failure what secrets throw
 */
export async function sealTokens(
  sealer: Sealer,
  customerId: string,
  { accessToken, refreshToken }: { accessToken: Secret; refreshToken: Secret },
): Promise<SealedTokens> {
  const [sealedAccessToken, sealedRefreshToken] = await Promise.all([
    sealer.seal(accessToken, accessTokenPlace(customerId)),
    sealer.seal(refreshToken, refreshTokenPlace(customerId)),
  ]);
  return { sealedAccessToken, sealedRefreshToken };
}
