/**
 * Keeps the token page on its own origin, the one of `OAUTH_URL`. Any other page on the same origin could read this one, for
 * example with a service worker, and all functions of a project share the origin `cloudfunctions.net`.
 */

import type { Request } from 'express';

/**
 * Where a request that came to another host must go instead; undefined for our own host. Without the query: a code that was
 * sent to another host must not travel on. `X-Forwarded-Host` is not read, because clients can write it.
 * @param url the public address of this function
 */
export function ownAddress(request: Pick<Request, 'get' | 'path'>, url: string): string | undefined {
  const own = new URL(url);
  const host = URL.parse(`${own.protocol}//${request.get('host')}`)?.host;
  return host === own.host ? undefined : url + request.path;
}
