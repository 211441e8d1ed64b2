/** The browser's own cookies: bound to this host, out of reach of scripts, never sent by another site's form or image. */

import { parse } from 'cookie';
import type { Request, Response } from 'express';
import { digest } from '../../shared/domain/authorization.ts';

/** One cookie per `state`, so that two tabs do not disturb each other. */
export const authorizationCookie = (state: string) => `__Host-authorization-${digest(state).slice(0, 16)}`;
export const browserCookie = '__Host-browser';
export const resultCookie = '__Host-result';

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
