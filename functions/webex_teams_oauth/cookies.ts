/** This function's cookies: bound to its host, out of reach of scripts, not sent with another site's forms and images. */

import { parse } from 'cookie';
import type { Request, Response } from 'express';

const authorizationPrefix = '__Host-authorization-';
export const authorizationCookie = (name: string) => authorizationPrefix + name;
export const formCookie = '__Host-form';

/** More sign-ins than a person has open. Without a limit, a site that sends the browser here in a loop fills its header. */
const maxAuthorizations = 8;

export function readCookie(request: Request, name: string): string | undefined {
  return parse(request.get('cookie') ?? '')[name];
}

/** @see https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes */
export function setCookie(response: Response, name: string, value: string, lifeMs: number): void {
  response.cookie(name, value, { path: '/', secure: true, httpOnly: true, sameSite: 'lax', maxAge: lifeMs });
}

export function clearCookie(response: Response, name: string): void {
  setCookie(response, name, '', 0);
}

/** Clears all but the newest authorizations. Browsers send the oldest cookie first (RFC 6265, section 5.4). */
export function clearOldAuthorizations(request: Request, response: Response): void {
  const names = Object.keys(parse(request.get('cookie') ?? '')).filter((name) => name.startsWith(authorizationPrefix));
  for (const name of names.slice(0, Math.max(0, names.length + 1 - maxAuthorizations))) clearCookie(response, name);
}
