/** Finds the next page of people in a Link header. It never follows the link itself, which would take the token along. Pure. */

import { Failure } from '../../domain/failure.ts';

/** Parameters that every page gets anew: links have been seen with `max=null` and without them. */
const ownParameters = ['orgId', 'max', 'excludeStatus'];

/**
 * The cursor of the next page, as a query string; undefined on the last page. Only the query of the link counts, because
 * links have been seen with a broken address (`https,https://…`), and one to another host must not receive the token.
 * @throws Failure `webex_unavailable` for a header that announces a next page and cannot be read
 * @see https://www.rfc-editor.org/rfc/rfc8288
 */
export function nextCursor(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  for (const [, address = '', parameters = ''] of header.matchAll(/<([^>]*)>([^<]*)/g)) {
    if (relationsOf(parameters).includes('next')) return cursorOf(address);
  }
  if (!/\bnext\b/i.test(header)) return undefined;
  throw new Failure('webex_unavailable', 'Webex sent a Link header that cannot be read.');
}

/** The values of `rel`, which may be quoted and may be several. */
function relationsOf(parameters: string): string[] {
  const [, double, single, bare] = /;\s*rel\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;,]+))/i.exec(parameters) ?? [];
  return (double ?? single ?? bare ?? '').toLowerCase().split(/\s+/);
}

function cursorOf(address: string): string {
  const query = new URLSearchParams(/\?([^#]*)/.exec(address)?.[1] ?? '');
  for (const name of ownParameters) query.delete(name);
  // Without a cursor it would be the first page again.
  if (query.size === 0)
    throw new Failure('webex_unexpected', 'Webex named a next page without saying where it begins.');
  return query.toString();
}

/** The address of a page. @param cursor absent for the first page */
export function pageUrl(people: string, query: Record<string, string>, cursor = ''): string {
  const parameters = new URLSearchParams(cursor);
  for (const [name, value] of Object.entries(query)) parameters.set(name, value);
  return `${people}?${parameters}`;
}
