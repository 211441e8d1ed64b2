/** One page of a history: documents whose ids sort by time, the newest first. */

import type { Ports } from '../../../shared/ports.ts';
import { pageToken, positionOf } from './page-token.ts';

/** @throws Failure `invalid_request` for a token of another list */
export async function newestFirst<T extends { id: string }>(
  { store, sealer }: Pick<Ports, 'store' | 'sealer'>,
  collection: string,
  query: { page_size: number; page_token?: string | undefined },
): Promise<{ items: T[]; next: string | null }> {
  const after = await positionOf<{ value: string; id: string }>(sealer, collection, query);
  const found = await store.query<T>({
    collection,
    orderBy: { field: 'id', direction: 'descending' },
    ...(after && { after }),
    limit: query.page_size + 1,
  });
  const items = found.slice(0, query.page_size).map(({ data }) => data);
  const last = found.length > items.length ? items.at(-1) : undefined;
  const next = last ? await pageToken(sealer, collection, query, { value: last.id, id: last.id }) : null;
  return { items, next };
}
