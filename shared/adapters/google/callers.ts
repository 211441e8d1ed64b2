/** Identifies callers by an ID token that Google has signed (RFC 7519). The configuration says what each may do. */

import type { CallerGrant } from '../../domain/caller.ts';
import { Failure } from '../../domain/failure.ts';
import type { Callers } from '../../ports.ts';
import { verifiedTokens } from '../verified-tokens.ts';

/** @see https://cloud.google.com/docs/authentication/token-types#id */
const issuers = ['https://accounts.google.com', 'accounts.google.com'];

/** Cloud Run replaces the signature by this after it has checked a token. @see docs/decisions/0060-callers-behind-cloud-run.md */
const removedSignature = '.SIGNATURE_REMOVED_BY_GOOGLE';

/** The part of google-auth-library's `OAuth2Client` that verifies tokens. A test passes its own certificates. */
export interface TokenVerifier {
  getFederatedSignonCertsAsync(): Promise<unknown>;
  verifyIdToken(options: { idToken: string; audience: string }): Promise<{
    getPayload(): { iss?: string; email?: string; email_verified?: boolean; exp: number } | undefined;
  }>;
}

/**
 * @param audience the URL of the function `customers`: a token for another service is refused
 * @param grants what each caller, named by e-mail address, may do and where
 */
export function googleCallers(
  audience: string,
  grants: (CallerGrant & { caller: string })[],
  verifier?: TokenVerifier,
  now: () => number = Date.now,
): Callers {
  let loading: Promise<TokenVerifier> | undefined = verifier && Promise.resolve(verifier);
  const load = async (): Promise<TokenVerifier> => {
    const { default: auth } = await import('google-auth-library');
    return new auth.OAuth2Client();
  };
  return verifiedTokens(async (idToken) => {
    if (idToken.endsWith(removedSignature)) {
      const hint = 'send it in X-Serverless-Authorization as well, which the platform then checks instead';
      throw new Failure('unauthenticated', `The platform has removed the token's signature: ${hint}.`);
    }
    loading ??= load();
    const client = await loading;
    // Before the verification, because a failure to reach Google is not the caller's fault.
    await client.getFederatedSignonCertsAsync().catch(() => {
      throw new Failure('identity_unavailable', "Google's certificates cannot be read at the moment.");
    });
    const ticket = await client.verifyIdToken({ idToken, audience }).catch((error: Error) => {
      throw new Failure('unauthenticated', refusalOf(error.message, audience));
    });
    const payload = ticket.getPayload();
    const refused = new Failure('unauthenticated', notValid);
    if (!payload?.iss || !issuers.includes(payload.iss)) throw refused;
    if (!payload.email || payload.email_verified !== true) throw refused;
    const own = grants.filter(({ caller }) => caller.toLowerCase() === payload.email!.toLowerCase());
    const caller = { id: payload.email, grants: own.map(({ hierarchy, role }) => ({ hierarchy, role })) };
    return { caller, expiresAt: payload.exp * 1000 };
  }, now);
}

const notValid = 'The bearer token is not a valid identity token for this service.';

/** google-auth-library tells reasons apart by their text only, which contains the token's claims and must not be shown. */
function refusalOf(message: string, audience: string): string {
  if (message.startsWith('Token used too late')) return 'The bearer token has expired.';
  if (message.startsWith('Wrong recipient')) {
    return `The bearer token is for another audience. This service expects ${audience}.`;
  }
  return notValid;
}
