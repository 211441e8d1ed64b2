/** Tells this function's own forms from those of other sites. */

import type { Request } from 'express';
import { Failure } from '../../shared/domain/failure.ts';

/**
 * Refuses a form that another site sent (CSRF). The browser itself sets `Sec-Fetch-Site`. `Origin` counts only where it does
 * not, because under `no-referrer` our own forms send `Origin: null`.
 * @throws Failure `authorization_not_valid`
 * @see https://www.w3.org/TR/fetch-metadata/
 */
export function assertSameOrigin(request: Request, url: string): void {
  const site = request.get('sec-fetch-site');
  if (site === undefined ? request.get('origin') === new URL(url).origin : site === 'same-origin') return;
  throw new Failure('authorization_not_valid', 'Your browser did not show that you pressed the button on our page.');
}
