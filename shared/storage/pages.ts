/** Reads long lists: all pages one after another, or one page with the place where the next one begins. */

import type { Query, Store, Stored } from '../ports.ts';

/** Documents fetched at a time: enough that the next page arrives before the work on this one ends. */
const defaultPageSize = 300;

/** The place of a document in a query's order: it stays correct whatever is written before or after it. */
export interface Position {
  /** The ordered field's value; absent where the order is by id. */
  value?: string | number;
  id: string;
}

function positionOf({ path, data }: Stored<unknown>, { orderBy }: Pick<Query, 'orderBy'>): Position {
  const id = path.slice(path.lastIndexOf('/') + 1);
  const value = orderBy && (data as Record<string, string | number>)[orderBy.field];
  return value === undefined ? { id } : { value, id };
}

/**
 * Every document that matches, in the query's order. The first page is requested at once, each further one during the work
 * on the page before it.
 * @throws Failure what the store throws, where the page is reached
 */
export function everyDocument<T>(
  store: Store,
  query: Omit<Query, 'limit' | 'after'>,
  pageSize = defaultPageSize,
): AsyncGenerator<Stored<T>, void> {
  const fetchPage = (after?: Position) => {
    const page = store.query<T>({ ...query, ...(after && { after }), limit: pageSize });
    // A page that is never read must not end the process when its request fails.
    page.catch(() => {});
    return page;
  };
  async function* documents(first: Promise<Stored<T>[]>) {
    let page = first;
    while (true) {
      const found = await page;
      const last = found.at(-1);
      const more = last !== undefined && found.length === pageSize;
      if (more) page = fetchPage(positionOf(last, query));
      yield* found;
      if (!more) return;
    }
  }
  return documents(fetchPage());
}

/**
 * One page of at most `limit` documents, and where the next page begins; `next` is absent on the last one.
 * @throws Failure what the store throws
 */
export async function readPage<T>(store: Store, query: Query): Promise<{ documents: Stored<T>[]; next?: Position }> {
  const found = await store.query<T>({ ...query, limit: query.limit + 1 });
  const documents = found.slice(0, query.limit);
  const last = found.length > documents.length ? documents.at(-1) : undefined;
  return { documents, ...(last && { next: positionOf(last, query) }) };
}

export interface NewestFirst<T> {
  items: T[];
  next?: Position;
}

/**
 * One page of a history: documents whose ids sort by time, the newest first.
 * @throws Failure what the store throws
 */
export async function readNewestFirst<T>(
  store: Store,
  collection: string,
  page: Pick<Query, 'limit' | 'after'>,
): Promise<NewestFirst<T>> {
  const query: Query = { collection, orderBy: { field: 'id', direction: 'descending' }, ...page };
  const { documents, next } = await readPage<T>(store, query);
  return { items: documents.map(({ data }) => data), ...(next && { next }) };
}
