/** Page tokens: the position where the next page starts, sealed for its list. Pages stay complete whatever is written between them. */

import { createHash } from 'node:crypto';
import { Failure } from '../../../shared/domain/failure.ts';
import { Secret } from '../../../shared/domain/secret.ts';
import type { Sealer } from '../../../shared/ports.ts';

/** A token does not open for another list, nor for the same list with other filters. */
function placeOf(list: string, filter: object): string {
  const hash = createHash('sha256').update(JSON.stringify(filter)).digest('base64url');
  return `page_token ${list} ${hash}`;
}

/** The filters of a query: everything but the page. */
function filterOf(query: object): object {
  const filter: Record<string, unknown> = { ...query };
  delete filter.page_token;
  delete filter.page_size;
  return filter;
}

/** @param list the list's path; @param query the request's query */
export async function pageToken(sealer: Sealer, list: string, query: object, position: object): Promise<string> {
  return sealer.seal(new Secret(JSON.stringify(position)), placeOf(list, filterOf(query)));
}

/** @throws Failure `invalid_request` for a token of another list */
export async function positionOf<T>(
  sealer: Sealer,
  list: string,
  query: { page_token?: string | undefined },
): Promise<T | undefined> {
  if (query.page_token === undefined) return undefined;
  try {
    return JSON.parse((await sealer.open(query.page_token, placeOf(list, filterOf(query)))).reveal()) as T;
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'sealed_text_invalid') throw error;
    const problems = [{ pointer: '/page_token', detail: 'is not a page token of this list with these filters' }];
    throw new Failure('invalid_request', 'The request is not valid.', { problems });
  }
}
