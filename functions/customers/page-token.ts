/** Page tokens: where the next page starts. Opaque to callers; a position in an order, so that pages stay right under writes. */

import { Failure } from '../../shared/domain/failure.ts';

export function pageToken(position: object): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @throws Failure `invalid_request` for a token that was not given out by us */
export function positionOf<T extends { value: string | number; id: string }>(token: string | undefined): T | undefined {
  if (token === undefined) return undefined;
  try {
    const position = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as T;
    if (/^(string|number)$/.test(typeof position.value) && typeof position.id === 'string') return position;
  } catch {
    // Falls through to the refusal.
  }
  const problems = [{ pointer: 'query/page_token', detail: 'is not a page token of this list' }];
  throw new Failure('invalid_request', 'The request is not valid.', { problems });
}
