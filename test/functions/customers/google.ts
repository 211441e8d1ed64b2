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

type Claims = Record<string, unknown>;

/** Signs tokens; the claims of a good one unless changed. */
interface Signer {
  claims(change: Claims): Claims;
  sign(change?: Claims): Promise<string>;
  signWithAnotherKey(): Promise<string>;
  signAs(kid: string): Promise<string>;
  /** The certificate's key, which an attacker may use as the secret of HS256. */
  pem: string;
}

const now = () => Math.floor(Date.now() / 1000);
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

export async function fakeGoogle(email: string): Promise<Google> {
  const signer = await newSigner(email);
  const client = new OAuth2Client();
  client.getFederatedSignonCertsAsync = async () => ({ certs: { 'key-1': signer.pem }, format: 'PEM' as never });
  return {
    verifier: client as TokenVerifier,
    token: signer.sign,
    faults: [...claimFaults(signer), ...signatureFaults(signer)],
  };
}

async function newSigner(email: string): Promise<Signer> {
  const [ours, others] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
  const claims = (change: Claims) => ({
    iss: 'https://accounts.google.com',
    aud: audience,
    sub: '1234',
    email,
    email_verified: true,
    iat: now() - 60,
    exp: now() + 3600,
    ...change,
  });
  const sign = (change: Claims = {}, key = ours.privateKey, kid = 'key-1') =>
    new SignJWT(claims(change)).setProtectedHeader({ alg: 'RS256', kid }).sign(key);
  return {
    claims,
    sign: (change) => sign(change),
    signWithAnotherKey: () => sign({}, others.privateKey),
    signAs: (kid) => sign({}, ours.privateKey, kid),
    pem: await exportSPKI(ours.publicKey),
  };
}

function claimFaults({ sign }: Signer): Google['faults'] {
  return [
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
  ];
}

function signatureFaults({ claims, sign, signWithAnotherKey, signAs, pem }: Signer): Google['faults'] {
  return [
    ['no token', async () => undefined],
    ['text that is not a token', async () => 'nonsense'],
    ['another key', signWithAnotherKey],
    ['an unknown key', () => signAs('key-2')],
    ['alg none', async () => `${encoded({ alg: 'none', kid: 'key-1' })}.${encoded(claims({}))}.`],
    [
      'HS256 with the public key as secret',
      () =>
        new SignJWT(claims({})).setProtectedHeader({ alg: 'HS256', kid: 'key-1' }).sign(new TextEncoder().encode(pem)),
    ],
    [
      'claims changed under their signature',
      async () => {
        const [header, , signature] = (await sign()).split('.');
        return `${header}.${encoded(claims({ email: 'admin@example.com' }))}.${signature}`;
      },
    ],
    [
      'a signature that the platform has removed',
      async () => `${(await sign()).split('.').slice(0, 2).join('.')}.SIGNATURE_REMOVED_BY_GOOGLE`,
    ],
  ];
}
