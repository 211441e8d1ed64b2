/** The store port in memory, quick enough for runs over 10,000 customers: no equality, no copies, no limits. test/support/memory-store.ts is the exact one. */

import { Failure } from '../../shared/domain/failure.ts';
import type { Query, Store, Stored } from '../../shared/ports.ts';

/** One range, order, cursor and limit. It stores no history. A test may change `documents` directly. */
export function fleetStore(): { store: Store; documents: Map<string, object> } {
  const documents = new Map<string, object>();
  const versions = new Map<string, number>();
  let version = 0;
  const stored = <T>(path: string): Stored<T> | undefined => {
    const data = documents.get(path);
    return data && { path, version: String(versions.get(path) ?? 0), data: data as T };
  };

  function find({ collection, range, orderBy, after, limit }: Query): Stored<Record<string, unknown>>[] {
    const prefix = `${collection}/`;
    const field = orderBy?.field;
    const sign = orderBy?.direction === 'descending' ? -1 : 1;
    const found: { key: number; path: string }[] = [];
    for (const [path, data] of documents) {
      if (!path.startsWith(prefix) || path.indexOf('/', prefix.length) >= 0) continue;
      const key = field === undefined ? 0 : Number((data as Record<string, unknown>)[field]);
      if (Number.isNaN(key)) continue;
      if (range && (key < Number(range.from ?? -Infinity) || key >= Number(range.before ?? Infinity))) continue;
      found.push({ key, path });
    }
    found.sort((a, b) => sign * (a.key - b.key || (a.path < b.path ? -1 : 1)));
    const isBehind = ({ key, path }: { key: number; path: string }) =>
      !after ||
      sign * (key - Number(after.value ?? 0)) > 0 ||
      (key === Number(after.value ?? 0) &&
        sign * (path < `${prefix}${after.id}` ? -1 : 1) > 0 &&
        path !== `${prefix}${after.id}`);
    return found
      .filter(isBehind)
      .slice(0, limit)
      .map(({ path }) => stored<Record<string, unknown>>(path)!);
  }

  const store: Store = {
    get: async <T>(path: string) => stored<T>(path),
    getMany: async <T>(paths: string[]) => paths.map((path) => stored<T>(path)),
    query: async <T>(query: Query) => find(query) as Stored<unknown>[] as Stored<T>[],
    async commit(writes) {
      for (const write of writes) {
        const path = 'set' in write ? write.set : write.delete;
        const holds =
          write.if === undefined ||
          (write.if === 'absent' ? !documents.has(path) : stored(path)?.version === write.if.version);
        if (!holds) throw new Failure('conflict', 'The document was changed in between.');
      }
      return writes.map((write) => {
        version += 1;
        const path = 'set' in write ? write.set : write.delete;
        if (path.includes('/events/')) return '0';
        versions.set(path, version);
        if ('set' in write) documents.set(path, write.data);
        else documents.delete(path);
        return String(version);
      });
    },
    close: async () => {},
  };
  return { store, documents };
}
