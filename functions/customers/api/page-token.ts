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

/**
 * Reads one page of a list, from where the token of the request says, and seals where the next page starts.
 * @param list the list's name; a token opens for this list only
 * @param query the request's query; a token opens for the same filters only
 * @throws Failure `invalid_request` for a token of another list
 */
export async function readWithToken<Place extends object, Page extends { next?: Place }>(
  sealer: Sealer,
  list: string,
  query: { page_token?: string | undefined },
  read: (after: Place | undefined) => Promise<Page>,
): Promise<Page & { nextPageToken: string | null }> {
  const place = placeOf(list, filterOf(query));
  const page = await read(await openToken<Place>(sealer, place, query.page_token));
  const nextPageToken = page.next ? await sealer.seal(new Secret(JSON.stringify(page.next)), place) : null;
  return { ...page, nextPageToken };
}

async function openToken<Place>(sealer: Sealer, place: string, token: string | undefined): Promise<Place | undefined> {
  if (token === undefined) return undefined;
  try {
    return JSON.parse((await sealer.open(token, place)).reveal()) as Place;
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'sealed_text_invalid') throw error;
    const problems = [{ pointer: '/page_token', detail: 'is not a page token of this list with these filters' }];
    throw new Failure('invalid_request', 'The request is not valid.', { problems });
  }
}
