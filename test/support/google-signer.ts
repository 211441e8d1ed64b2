/** Signs identity tokens as Google does, and serves the certificates that prove it, for processes that verify with Google's own library. */

import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { SignJWT } from 'jose';

export interface GoogleSigner {
  /** An identity token of this caller for this audience. */
  token(email: string, audience: string): Promise<string>;
  /** Options of node and environment with which a child process takes our certificates for Google's. */
  options: string[];
  env: Record<string, string>;
  close(): Promise<void>;
}

/**
 * The child is given its certificates by a hook that the test puts in front of it (`--import`): the code under test has no
 * setting that would allow the same in production.
 */
export async function startGoogleSigner(): Promise<GoogleSigner> {
  const kid = randomUUID();
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  // Google serves X.509 certificates by key id; google-auth-library accepts a bare public key as well.
  const certificates = JSON.stringify({ [kid]: publicKey.export({ type: 'spki', format: 'pem' }) });
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'max-age=3600' }).end(certificates);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    token: (email, audience) =>
      new SignJWT({ email, email_verified: true })
        .setProtectedHeader({ alg: 'RS256', kid })
        .setIssuer('https://accounts.google.com')
        .setAudience(audience)
        .setSubject('1')
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey),
    options: ['--import', join(import.meta.dirname, 'google-certificates-hook.mjs')],
    env: { TEST_GOOGLE_CERTIFICATES: `http://127.0.0.1:${port}/` },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
