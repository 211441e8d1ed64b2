/** The store port in memory: the calls of the scheduled refresh, with failures on demand and a restore of an older state. */

import { Failure } from '../../shared/domain/failure.ts';
import type { Store, Stored, Write } from '../../shared/ports.ts';
import { type Data, find, memoryDocuments } from './memory-documents.ts';

export interface MemoryStore extends Store {
  snapshot: ReturnType<typeof memoryDocuments>['snapshot'];
  restore: ReturnType<typeof memoryDocuments>['restore'];
}

/** @param fails called with every operation; throws when the store is unavailable, or says that the response gets lost */
export function memoryStore(fails: (operation: 'read' | 'commit') => 'answer lost' | undefined): MemoryStore {
  const documents = memoryDocuments();
  const stored = <T>(path: string): Stored<T> | undefined => {
    const found = documents.get(path);
    return found && { path, version: found.version, data: found.data as T };
  };

  function check(write: Write): void {
    const present = documents.get('set' in write ? write.set : write.delete);
    const holds = write.if === undefined || (write.if === 'absent' ? !present : present?.version === write.if.version);
    if (!holds) throw new Failure('conflict', 'The document was changed in between.');
  }

  return {
    snapshot: documents.snapshot,
    restore: (snapshot) => documents.restore(snapshot),
    async get<T>(path: string) {
      fails('read');
      return stored<T>(path);
    },
    async getMany<T>(paths: string[]) {
      fails('read');
      return paths.map((path) => stored<T>(path));
    },
    async query<T>(query: Parameters<Store['query']>[0]) {
      fails('read');
      return find(documents, query) as Stored<unknown>[] as Stored<T>[];
    },
    async commit(writes) {
      const fate = fails('commit');
      writes.forEach(check);
      const versions = writes.map((write) =>
        'set' in write ? documents.put(write.set, write.data as Data) : documents.put(write.delete, undefined),
      );
      if (fate) throw new Failure('store_unavailable', 'The store does not answer.');
      return versions;
    },
    async close() {},
  };
}
