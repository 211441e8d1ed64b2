/**
 * Refuses what production would: Firestore answers a query of several fields only with a composite index, but its emulator
 * and SQLite answer any. Put around a store in tests, it holds `firestore.indexes.json` against the queries of the flows.
 */

import { readFileSync } from 'node:fs';
import type { Query, Store } from '../../shared/ports.ts';

interface IndexField {
  fieldPath: string;
  order?: string;
  arrayConfig?: string;
}

interface Index {
  collectionGroup: string;
  fields: IndexField[];
}

const file = new URL('../../firestore.indexes.json', import.meta.url);
const { indexes } = JSON.parse(readFileSync(file, 'utf8')) as { indexes: Index[] };

/** The store, throwing `Error` for a query without the index that it needs. */
export function indexedStore(store: Store): Store {
  return {
    ...store,
    query: async (query) => {
      checkIndex(query);
      return store.query(query);
    },
  };
}

/** @see https://cloud.google.com/firestore/docs/query-data/index-overview#composite_indexes */
export function checkIndex(query: Query): void {
  const ordered = query.orderBy?.field ?? query.range?.field;
  const order = query.orderBy?.direction === 'descending' ? 'DESCENDING' : 'ASCENDING';
  const alone = [...Object.keys(query.equals ?? {}), ...(query.contains ? [query.contains.field] : [])];
  const byIdBackwards = ordered === undefined && order === 'DESCENDING';
  // Equalities alone are answered by merging the indexes of their fields; so is one field and its order.
  if (!byIdBackwards && (ordered === undefined || alone.length === 0)) return;
  const group = query.collection.slice(query.collection.lastIndexOf('/') + 1);
  const isThere = indexes.some(({ collectionGroup, fields }) => {
    const last = fields.at(-1);
    const others = fields.slice(0, -1).map(({ fieldPath, arrayConfig }) => `${fieldPath} ${arrayConfig ?? ''}`);
    const needed = alone.map((field) => `${field} ${field === query.contains?.field ? 'CONTAINS' : ''}`);
    const same = others.toSorted().join() === needed.toSorted().join();
    return collectionGroup === group && last?.fieldPath === ordered && last?.order === order && same;
  });
  if (!isThere) throw new Error(`firestore.indexes.json has no index for ${JSON.stringify(query)}.`);
}
