/** Callers with a Google-signed ID token (RFC 7519); what each may do is in the configuration. */

import type { CallerGrant } from '../domain/caller.ts';
import { Failure } from '../domain/failure.ts';
import type { Callers } from '../ports.ts';
import { bearer } from './bearer.ts';

/** @see https://cloud.google.com/docs/authentication/token-types#id */
const issuers = ['https://accounts.google.com', 'accounts.google.com'];

/** What verifies the signature; a test brings its own certificates. */
export interface TokenVerifier {
  verifyIdToken(options: { idToken: string; audience: string }): Promise<{
    getPayload(): { iss?: string; email?: string; email_verified?: boolean } | undefined;
  }>;
}

/**
 * @param audience the URL of the function `customers`: a token for anybody else is refused
 * @param grants caller's e-mail → what it may do where
 */
export function googleCallers(
  audience: string,
  grants: (CallerGrant & { caller: string })[],
  verifier?: TokenVerifier,
): Callers {
  let loading: Promise<TokenVerifier> | undefined;
  const load = async (): Promise<TokenVerifier> => {
    const { OAuth2Client } = await import('google-auth-library');
    return new OAuth2Client();
  };
  return {
    async identify(authorization) {
      const idToken = bearer(authorization);
      loading ??= verifier ? Promise.resolve(verifier) : load();
      const ticket = await (await loading).verifyIdToken({ idToken, audience }).catch(() => undefined);
      const payload = ticket?.getPayload();
      const refused = new Failure(
        'unauthenticated',
        'The bearer token is not a valid identity token for this service.',
      );
      if (!payload?.iss || !issuers.includes(payload.iss)) throw refused;
      if (!payload.email || payload.email_verified !== true) throw refused;
      const own = grants.filter(({ caller }) => caller.toLowerCase() === payload.email!.toLowerCase());
      return { id: payload.email, grants: own.map(({ hierarchy, role }) => ({ hierarchy, role })) };
    },
  };
}
