/** One page of a history: documents whose ids sort by time, the newest first. */

import type { Ports } from '../../../shared/ports.ts';
import { type Position, readPage } from '../../../shared/storage/pages.ts';
import { pageToken, positionOf } from './page-token.ts';

/** @throws Failure `invalid_request` for a token of another list */
export async function listNewestFirst<T>(
  { store, sealer }: Pick<Ports, 'store' | 'sealer'>,
  collection: string,
  query: { page_size: number; page_token?: string | undefined },
): Promise<{ items: T[]; nextPageToken: string | null }> {
  const after = await positionOf<Position>(sealer, collection, query);
  const { documents, next } = await readPage<T>(store, {
    collection,
    orderBy: { field: 'id', direction: 'descending' },
    ...(after && { after }),
    limit: query.page_size,
  });
  const nextPageToken = next ? await pageToken(sealer, collection, query, next) : null;
  return { items: documents.map(({ data }) => data), nextPageToken };
}
