/** Callers of the local stack: tokens signed with a key of this machine, their grants inside. Never deployed. */

import type { Caller } from '../../domain/caller.ts';
import { Failure } from '../../domain/failure.ts';
import { Secret } from '../../domain/secret.ts';
import type { Callers, Secrets } from '../../ports.ts';
import { verifiedTokens } from '../verified-tokens.ts';

/** The name of the secret that signs local tokens. */
export const localSignerName = 'local-signer';
const issuer = 'local';

/** A token for the local API. `audience` is the URL of `customers`. */
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
    } catch {
      throw new Failure('unauthenticated', 'The bearer token is not a valid local token for this service.');
    }
  }, Date.now);
}

async function key(secrets: Secrets): Promise<Uint8Array> {
  return new TextEncoder().encode((await secrets.read(localSignerName)).reveal());
}
