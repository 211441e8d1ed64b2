/** The store port in memory, quick enough for two years of 10,000 customers: only what the scheduled refresh asks of it. */

import { Failure } from '../../shared/domain/failure.ts';
import { hour } from '../../shared/domain/time.ts';
import type { Query, Store, Stored, Write } from '../../shared/ports.ts';
import { connections, outbox } from '../../shared/storage/layout.ts';

/** History is written, but nobody reads it here. */
const unread = /^customers\/[^/]+\/events\//;

interface Document {
  version: string;
  data: Record<string, unknown>;
}

/** @param fails called with every operation; throws where the store is away, or answers whether to lose the answer of what was done */
export function memoryStore(fails: (operation: 'read' | 'commit') => 'answer lost' | undefined): Store {
  const documents = new Map<string, Document>();
  const indexes = { nextRefreshAt: hourIndex(), nextWarningAt: hourIndex() };
  const left = new Set<string>();
  let version = 0;

  const stored = <T>(path: string): Stored<T> | undefined => {
    const found = documents.get(path);
    return found && { path, version: found.version, data: found.data as T };
  };

  function put(path: string, data: Record<string, unknown> | undefined): string {
    if (unread.test(path)) return '0';
    const before = documents.get(path)?.data;
    if (path.startsWith(`${connections}/`)) {
      for (const [field, index] of Object.entries(indexes)) index.move(path, before?.[field], data?.[field]);
    }
    if (path.startsWith(`${outbox}/`)) left[data ? 'add' : 'delete'](path);
    version += 1;
    if (data) documents.set(path, { version: String(version), data });
    else documents.delete(path);
    return String(version);
  }

  function check(write: Write): void {
    const present = documents.get('set' in write ? write.set : write.delete);
    const holds = write.if === undefined || (write.if === 'absent' ? !present : present?.version === write.if.version);
    if (!holds) throw new Failure('conflict', 'The document was changed by somebody else.');
  }

  function find(query: Query): Stored<Record<string, unknown>>[] {
    const { range, after, limit } = query;
    if (query.collection === outbox) {
      const paths = [...left].sort().filter((path) => !after || path > `${outbox}/${after.id}`);
      return paths.slice(0, limit).map((path) => stored<Record<string, unknown>>(path)!);
    }
    const field = range!.field as keyof typeof indexes;
    const at = (item: Stored<Record<string, unknown>>) => item.data[field] as number;
    const behind = (item: Stored<Record<string, unknown>>) =>
      !after ||
      at(item) > Number(after.value) ||
      (at(item) === after.value && item.path > `${connections}/${after.id}`);
    const { from = Number.NEGATIVE_INFINITY, before = Number.POSITIVE_INFINITY } = range as {
      from?: number;
      before?: number;
    };
    return indexes[field]
      .between(Math.max(from, Number(after?.value ?? from)), before)
      .map((path) => stored<Record<string, unknown>>(path)!)
      .filter((item) => at(item) >= from && at(item) < before && behind(item))
      .sort((a, b) => at(a) - at(b) || (a.path < b.path ? -1 : 1))
      .slice(0, limit);
  }

  return {
    async get<T>(path: string) {
      fails('read');
      return stored<T>(path);
    },
    async getMany<T>(paths: string[]) {
      fails('read');
      return paths.map((path) => stored<T>(path));
    },
    async query<T>(query: Query) {
      fails('read');
      return find(query) as Stored<unknown>[] as Stored<T>[];
    },
    async commit(writes) {
      const fate = fails('commit');
      writes.forEach(check);
      const versions = writes.map((write) =>
        'set' in write ? put(write.set, write.data as Record<string, unknown>) : put(write.delete, undefined),
      );
      if (fate) throw new Failure('store_unavailable', 'The store does not answer.');
      return versions;
    },
    async close() {},
  };
}

/** Paths by the hour that their field lies in. */
function hourIndex() {
  const hours = new Map<number, Set<string>>();
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const hourOf = (at: number) => Math.floor(at / hour);

  return {
    move(path: string, before: unknown, after: unknown): void {
      if (typeof before === 'number') hours.get(hourOf(before))?.delete(path);
      if (typeof after !== 'number') return;
      const at = hourOf(after);
      const paths = hours.get(at) ?? new Set();
      hours.set(at, paths.add(path));
      [lowest, highest] = [Math.min(lowest, at), Math.max(highest, at)];
    },
    between(from: number, before: number): string[] {
      while (lowest <= highest && (hours.get(lowest)?.size ?? 0) === 0) hours.delete(lowest++);
      const found: string[] = [];
      const last = Math.min(highest, hourOf(before));
      for (let at = Math.max(lowest, hourOf(from)); at <= last; at++) found.push(...(hours.get(at) ?? []));
      return found;
    },
  };
}
