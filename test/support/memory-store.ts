/** The store port in memory, for searches that start from one set of documents thousands of times. The contract suite runs over it. */

import { checkField, checkValue, documentTexts, splitPath } from '../../shared/adapters/store-limits.ts';
import { Failure } from '../../shared/domain/failure.ts';
import type { Query, Store, Stored, Write } from '../../shared/ports.ts';

/** Documents as JSON text: nobody can change one without a commit. */
export type Documents = Map<string, { version: number; text: string }>;

export interface MemoryStore extends Store {
  /** A copy of everything that is stored. */
  snapshot(): Documents;
}

/** As Firestore does, a `set` that changes nothing keeps the version. */
export function memoryStore(from: Documents = new Map()): MemoryStore {
  const documents: Documents = new Map(from);
  let lastVersion = Math.max(0, ...[...documents.values()].map(({ version }) => version));

  function read<T>(path: string): Stored<T> | undefined {
    splitPath(path);
    const found = documents.get(path);
    return found && { path, version: String(found.version), data: JSON.parse(found.text) as T };
  }

  function assertHolds(write: Write): void {
    const found = documents.get(pathOf(write));
    const holds =
      write.if === undefined || (write.if === 'absent' ? !found : String(found?.version) === write.if.version);
    if (!holds) throw new Failure('conflict', 'The document was changed in between.');
  }

  function apply(write: Write, text: string): string {
    const path = pathOf(write);
    if ('delete' in write) {
      documents.delete(path);
      return '';
    }
    const found = documents.get(path);
    const version = found?.text === text ? found.version : ++lastVersion;
    documents.set(path, { version, text });
    return String(version);
  }

  return {
    get: async <T>(path: string) => read<T>(path),
    getMany: async <T>(paths: string[]) => paths.map((path) => read<T>(path)),
    query: async <T>(query: Query) => select<T>([...documents.keys()], query, read),
    commit: async (writes) => {
      const texts = documentTexts(writes);
      for (const write of writes) splitPath(pathOf(write));
      for (const text of texts) if (text !== '') checkValue(JSON.parse(text));
      for (const write of writes) assertHolds(write);
      return writes.map((write, index) => apply(write, texts[index]!));
    },
    close: async () => {},
    snapshot: () => new Map(documents),
  };
}

const pathOf = (write: Write) => ('set' in write ? write.set : write.delete);
const idOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

function select<T>(paths: string[], query: Query, read: <D>(path: string) => Stored<D> | undefined): Stored<T>[] {
  splitPath(`${query.collection}/any`);
  const fields = [...Object.keys(query.equals ?? {}), query.contains?.field, query.range?.field, query.orderBy?.field];
  for (const field of fields) if (field !== undefined) checkField(field);
  const ordered = query.orderBy?.field ?? query.range?.field;
  const sign = query.orderBy?.direction === 'descending' ? -1 : 1;
  const key = ({ path, data }: Stored<unknown>) => ({
    value: ordered === undefined ? undefined : valueAt(data, ordered),
    id: idOf(path),
  });
  return paths
    .filter((path) => path.startsWith(`${query.collection}/`) && !path.slice(query.collection.length + 1).includes('/'))
    .map((path) => read<T>(path)!)
    .filter(({ data }) => fits(data, query) && (ordered === undefined || isOrdered(valueAt(data, ordered))))
    .filter((found) => query.after === undefined || sign * compareKeys(key(found), query.after) > 0)
    .sort((one, other) => sign * compareKeys(key(one), key(other)))
    .slice(0, query.limit);
}

const isOrdered = (value: unknown) => typeof value === 'number' || typeof value === 'string';

function valueAt(data: unknown, field: string): unknown {
  return field.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], data);
}

function fits(data: unknown, { equals = {}, contains, range }: Query): boolean {
  for (const [field, value] of Object.entries(equals)) if (valueAt(data, field) !== value) return false;
  if (contains) {
    const list = valueAt(data, contains.field);
    if (!Array.isArray(list) || !list.includes(contains.value)) return false;
  }
  if (!range) return true;
  const value = valueAt(data, range.field);
  const { from, before } = range;
  const isAfterStart = from === undefined || (typeof value === typeof from && compare(value, from) >= 0);
  return isAfterStart && (before === undefined || (typeof value === typeof before && compare(value, before) < 0));
}

interface Key {
  value?: unknown;
  id: string;
}

function compareKeys(one: Key, other: Key): number {
  return compare(one.value, other.value) || compare(one.id, other.id);
}

/** Numbers before texts; texts by their UTF-8 bytes. */
function compare(one: unknown, other: unknown): number {
  if (typeof one === 'string' && typeof other === 'string') return Buffer.compare(Buffer.from(one), Buffer.from(other));
  if (typeof one === typeof other) return Number(one ?? 0) - Number(other ?? 0);
  return typeof one === 'number' ? -1 : 1;
}
