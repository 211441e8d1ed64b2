/** A stand-in for Google's identity: a key pair of the test, its certificate where google-auth-library looks for it, and good and bad tokens. */

import { OAuth2Client } from 'google-auth-library';
import { exportSPKI, generateKeyPair, SignJWT } from 'jose';
import type { TokenVerifier } from '../../../shared/adapters/google/callers.ts';

export const audience = 'https://customers.example.com';

export interface Google {
  /** The library's own verification; only the certificates come from the test. */
  verifier: TokenVerifier;
  /** A good token, or one with these claims changed. */
  token(claims?: Record<string, unknown>): Promise<string>;
  /** One token for every way of being wrong; `undefined` for no token. */
  faults: [string, () => Promise<string | undefined>][];
}

export async function fakeGoogle(email: string): Promise<Google> {
  const [ours, others] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
  const pem = await exportSPKI(ours.publicKey);
  const client = new OAuth2Client();
  client.getFederatedSignonCertsAsync = async () => ({ certs: { 'key-1': pem }, format: 'PEM' as never });

  const now = () => Math.floor(Date.now() / 1000);
  const claimsOf = (more: Record<string, unknown>) => ({
    iss: 'https://accounts.google.com',
    aud: audience,
    sub: '1234',
    email,
    email_verified: true,
    iat: now() - 60,
    exp: now() + 3600,
    ...more,
  });
  const sign = (more: Record<string, unknown> = {}, key = ours.privateKey, kid = 'key-1') =>
    new SignJWT(claimsOf(more)).setProtectedHeader({ alg: 'RS256', kid }).sign(key);
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

  return {
    verifier: client as TokenVerifier,
    token: sign,
    faults: [
      ['no token', async () => undefined],
      ['text that is not a token', async () => 'nonsense'],
      ['an expired token', () => sign({ iat: now() - 7200, exp: now() - 3600 })],
      ['a token of the future', () => sign({ iat: now() + 7200, exp: now() + 10_800 })],
      ['a token that never ends', () => sign({ exp: now() + 10 * 365 * 86_400 })],
      ['a token without an end', () => sign({ exp: undefined })],
      ['a token for another audience', () => sign({ aud: 'https://other.example.com' })],
      ['a token of another issuer', () => sign({ iss: 'https://issuer.example.com' })],
      ['a token of a Firebase project', () => sign({ iss: 'https://securetoken.google.com/project' })],
      ['an e-mail that is not verified', () => sign({ email_verified: false })],
      ['a verification that is text', () => sign({ email_verified: 'true' })],
      ['no e-mail', () => sign({ email: undefined })],
      ['another key', () => sign({}, others.privateKey)],
      ['an unknown key', () => sign({}, ours.privateKey, 'key-2')],
      ['alg none', async () => `${encoded({ alg: 'none', kid: 'key-1' })}.${encoded(claimsOf({}))}.`],
      [
        'HS256 with the public key as secret',
        () =>
          new SignJWT(claimsOf({}))
            .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
            .sign(new TextEncoder().encode(pem)),
      ],
      [
        'claims changed under their signature',
        async () => {
          const [header, , signature] = (await sign()).split('.');
          return `${header}.${encoded(claimsOf({ email: 'admin@example.com' }))}.${signature}`;
        },
      ],
      [
        'a signature that the platform has removed',
        async () => `${(await sign()).split('.').slice(0, 2).join('.')}.SIGNATURE_REMOVED_BY_GOOGLE`,
      ],
    ],
  };
}
