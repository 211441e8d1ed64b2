/** Tells this function's own forms from those of other sites (CSRF). */

import type { Request, Response } from 'express';
import { digest, isRandomSecret, randomSecret } from '../../shared/domain/authorization.ts';
import { Failure } from '../../shared/domain/failure.ts';
import { type Html, html } from '../../shared/http/html.ts';
import { formCookie, readCookie, setCookie } from './cookies.ts';

/** How long a page may stay open before its form is sent. */
const formMs = 60 * 60_000;

/**
 * The hidden field of a form: the hash of a secret cookie. Another site can send this form, but it can read neither the field
 * nor the cookie, and it cannot set a `__Host-` cookie.
 */
export function formField(request: Request, response: Response): Html {
  const known = readCookie(request, formCookie);
  const secret = known && isRandomSecret(known) ? known : randomSecret();
  setCookie(response, formCookie, secret, formMs);
  return html`<input type="hidden" name="form" value="${digest(secret)}">`;
}

/**
 * Refuses a form that another site sent. What the browser itself says counts first: `Sec-Fetch-Site`, then the `Origin`. Older
 * browsers and some proxies leave out the former, and under `no-referrer` the latter is `null`: then the hidden field decides.
 * @throws Failure `authorization_not_valid`
 * @see https://www.w3.org/TR/fetch-metadata/
 */
export function assertOwnForm(request: Request, url: string): void {
  const site = request.get('sec-fetch-site');
  const origin = request.get('origin') ?? 'null';
  const ownOrigin = new URL(url).origin;
  const isForeign = site === 'cross-site' || site === 'same-site' || (origin !== 'null' && origin !== ownOrigin);
  if (!isForeign && (site === 'same-origin' || origin === ownOrigin || hasOwnField(request))) return;
  throw new Failure(
    'authorization_not_valid',
    'Your browser did not show that you pressed the button on our page. Allow cookies for this page, open it again and retry.',
  );
}

function hasOwnField(request: Request): boolean {
  const secret = readCookie(request, formCookie);
  const { form } = (request.body ?? {}) as { form?: unknown };
  return secret !== undefined && form === digest(secret);
}
