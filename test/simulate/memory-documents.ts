/** Documents in memory with the indexes that the scheduled refresh queries, fast enough for two years of 10,000 customers. */

import type { Query, Stored } from '../../shared/ports.ts';
import { connections } from '../../shared/storage/layout.ts';
import { hourIndex } from './hour-index.ts';

export type Data = Record<string, unknown>;

export interface Document {
  version: string;
  data: Data;
}

/** Written, but no query reads them here. */
const unread = /^customers\/[^/]+\/(events|syncs)\//;
const indexedFields = ['nextRefreshAt', 'nextWarningAt', 'nextVerifyAt'] as const;
type IndexedField = (typeof indexedFields)[number];

/** The state of the store: its documents, the indexes of the connections, and the ids of every other collection. */
export function memoryDocuments() {
  let documents = new Map<string, Document>();
  const indexes = Object.fromEntries(indexedFields.map((field) => [field, hourIndex()])) as Record<
    IndexedField,
    ReturnType<typeof hourIndex>
  >;
  const collections = new Map<string, Set<string>>();
  let version = 0;

  function index(path: string, before: Data | undefined, after: Data | undefined): void {
    const collection = path.slice(0, path.lastIndexOf('/'));
    if (collection === connections) {
      for (const field of indexedFields) indexes[field].move(path, before?.[field], after?.[field]);
      return;
    }
    const paths = collections.get(collection) ?? new Set();
    collections.set(collection, paths);
    paths[after ? 'add' : 'delete'](path);
  }

  return {
    get: (path: string) => documents.get(path),
    put(path: string, data: Data | undefined): string {
      version += 1;
      if (unread.test(path)) return String(version);
      index(path, documents.get(path)?.data, data);
      if (data) documents.set(path, { version: String(version), data });
      else documents.delete(path);
      return String(version);
    },
    /** Paths that may match: of the hours in the query's range, or all of the collection. */
    candidates({ collection, range, orderBy }: Query): string[] {
      if (collection !== connections) return [...(collections.get(collection) ?? [])].sort();
      const { field, from, before } = range ?? { field: orderBy!.field };
      const index = indexes[field as IndexedField];
      return index.between(Number(from ?? Number.NEGATIVE_INFINITY), Number(before ?? Number.POSITIVE_INFINITY));
    },
    /** A copy to restore: documents are replaced and never changed. */
    snapshot: (): ReadonlyMap<string, Document> => new Map(documents),
    restore(snapshot: ReadonlyMap<string, Document>): void {
      documents = new Map();
      collections.clear();
      for (const field of indexedFields) indexes[field].clear();
      for (const [path, { data }] of snapshot) this.put(path, data);
    },
  };
}

export type Documents = ReturnType<typeof memoryDocuments>;

/** The documents that match, in the query's order. */
export function find(documents: Documents, query: Query): Stored<Data>[] {
  const { collection, range, orderBy, after, limit } = query;
  const field = orderBy?.field;
  const sign = orderBy?.direction === 'descending' ? -1 : 1;
  const key = ({ data }: Stored<Data>) => (field === undefined ? 0 : Number(data[field]));
  const order = (a: { key: number; path: string }, b: { key: number; path: string }) =>
    sign * (a.key - b.key || (a.path < b.path ? -1 : Number(a.path > b.path)));
  const start = after && { key: Number(after.value ?? 0), path: `${collection}/${after.id}` };
  const inRange = ({ data }: Stored<Data>) => {
    const value = range && data[range.field];
    if (!range) return true;
    return Number(value) >= Number(range.from ?? -Infinity) && Number(value) < Number(range.before ?? Infinity);
  };
  return documents
    .candidates(query)
    .map((path) => ({ path, ...documents.get(path)! }))
    .filter((item) => inRange(item) && (!start || order({ key: key(item), path: item.path }, start) > 0))
    .map((item) => ({ item, key: key(item), path: item.path }))
    .sort(order)
    .slice(0, limit)
    .map(({ item }) => item);
}
