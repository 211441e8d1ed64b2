/** A store that counts document operations as Firestore bills them. */

import type { Store, Stored } from '../../shared/ports.ts';

export interface Operations {
  reads: number;
  writes: number;
  commits: number;
}

export function countingStore(store: Store): Store & { operations: Operations } {
  const operations: Operations = { reads: 0, writes: 0, commits: 0 };
  return {
    operations,
    get<T>(path: string) {
      operations.reads += 1;
      return store.get<T>(path);
    },
    getMany<T>(paths: string[]) {
      operations.reads += paths.length;
      return store.getMany<T>(paths);
    },
    async query<T>(query: Parameters<Store['query']>[0]): Promise<Stored<T>[]> {
      const found = await store.query<T>(query);
      operations.reads += Math.max(1, found.length);
      return found;
    },
    commit(writes) {
      operations.writes += writes.length;
      operations.commits += 1;
      return store.commit(writes);
    },
    close: () => store.close(),
  };
}
