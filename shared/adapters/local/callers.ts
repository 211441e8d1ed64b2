/** The callers of the local stack: their tokens are signed with a key of this machine and contain their grants. */

import type { Caller } from '../../domain/caller.ts';
import { Failure } from '../../domain/failure.ts';
import { Secret } from '../../domain/secret.ts';
import type { Callers, Secrets } from '../../ports.ts';
import { verifiedTokens } from '../verified-tokens.ts';

/** The name of the secret that signs local tokens. */
export const localSignerName = 'local-signer';
const issuer = 'local';

/** Signs a token for the local API, valid for 12 hours. @param audience the URL of `customers` */
export async function signLocalToken(secrets: Secrets, audience: string, caller: Caller): Promise<Secret> {
  const { SignJWT } = await import('jose');
  return new Secret(
    await new SignJWT({ email: caller.id, grants: caller.grants })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('12h')
      .sign(await key(secrets)),
  );
}

export function localCallers(secrets: Secrets, audience: string): Callers {
  return verifiedTokens(async (token) => {
    const { jwtVerify } = await import('jose');
    try {
      const { payload } = await jwtVerify(token, await key(secrets), {
        issuer,
        audience,
        algorithms: ['HS256'],
        requiredClaims: ['exp'],
      });
      const caller = { id: String(payload.email), grants: payload.grants as Caller['grants'] };
      return { caller, expiresAt: payload.exp! * 1000 };
    } catch (error) {
      throw new Failure('unauthenticated', refusalOf(error, audience));
    }
  }, Date.now);
}

/** @see https://github.com/panva/jose/blob/main/docs/util/errors/README.md */
function refusalOf(error: unknown, audience: string): string {
  const { code, claim } = error as { code?: string; claim?: string };
  if (code === 'ERR_JWT_EXPIRED') return 'The bearer token has expired: npm run --silent local:token prints a new one.';
  if (claim === 'aud') return `The bearer token is for another audience. This service expects ${audience}.`;
  return 'The bearer token is not a valid local token for this service.';
}

async function key(secrets: Secrets): Promise<Uint8Array> {
  return new TextEncoder().encode((await secrets.read(localSignerName)).reveal());
}
