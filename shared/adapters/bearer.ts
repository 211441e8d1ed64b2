/** Reads the bearer token of a request. */

import { Failure } from '../domain/failure.ts';

/** Google's tokens are shorter. */
const maxLength = 8192;

/** @throws Failure `unauthenticated` @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
export function bearer(authorization: string | undefined): string {
  const token = /^Bearer +([\w.~+/=-]+)$/i.exec(authorization ?? '')?.[1];
  if (!token || token.length > maxLength) throw new Failure('unauthenticated', 'A bearer token is required.');
  return token;
}
