/** The bearer token of a request (RFC 6750, section 2.1). */

import { Failure } from '../domain/failure.ts';

/** Longer than any token of Google's. */
const longest = 8192;

/** @throws Failure `unauthenticated` */
export function bearer(authorization: string | undefined): string {
  const token = /^Bearer +([\w.~+/=-]+)$/i.exec(authorization ?? '')?.[1];
  if (!token || token.length > longest) throw new Failure('unauthenticated', 'A bearer token is needed.');
  return token;
}
