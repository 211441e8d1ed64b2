/** Finds the next page of people in a response's Link header, without following it to another address. */

import { Failure } from '../../domain/failure.ts';

/** The reference of the link with `rel="next"`, if there is one. @see https://www.rfc-editor.org/rfc/rfc8288 */
export async function nextLink(header: string | undefined): Promise<string | undefined> {
  if (!header) return undefined;
  const { parseLinkHeader } = await import('got');
  try {
    return parseLinkHeader(header).find((link) => /^"?next"?$/.test(link.parameters.rel ?? ''))?.reference;
  } catch {
    throw new Failure('webex_unavailable', 'Webex sent a Link header that cannot be read.');
  }
}

/**
 * The address of the next page. Only the API's own `people` is followed, because another address would receive the access
 * token. Links have been seen with `max=null` and without our parameters, so these are set again.
 */
export function pageUrl(cursor: string, base: string, ownParameters: Record<string, string>): string {
  const url = URL.canParse(cursor, base) ? new URL(cursor, base) : undefined;
  const people = new URL('people', base);
  if (url?.origin !== people.origin || url.pathname !== people.pathname) {
    throw new Failure('webex_unexpected', 'Webex named a next page at another address.', { cause: 'foreign link' });
  }
  for (const [name, value] of Object.entries(ownParameters)) url.searchParams.set(name, value);
  return url.href;
}
