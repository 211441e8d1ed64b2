/** Ports that a test of the API can break for a while. */

import { Failure } from '../../../shared/domain/failure.ts';
import type { Callers, Store } from '../../../shared/ports.ts';

/** Breaks a port until it is reset. */
export interface Breakage {
  store?: 'unavailable' | 'bug' | 'conflict';
  queue?: true;
  identity?: true;
  secrets?: true;
}

export function breakableStore(store: Store, broken: Breakage): Store {
  const check = () => {
    if (broken.store === 'unavailable') throw new Failure('store_unavailable', 'The store is away.');
    if (broken.store === 'bug') throw new TypeError('a bug that says secret things');
  };
  return {
    async get(path) {
      check();
      return store.get(path);
    },
    async getMany(paths) {
      check();
      return store.getMany(paths);
    },
    async query(query) {
      check();
      return store.query(query);
    },
    async commit(writes) {
      check();
      if (broken.store === 'conflict') throw new Failure('conflict', 'Another commit was faster.');
      return store.commit(writes);
    },
    close: () => store.close(),
  };
}

export function breakableCallers(callers: Callers, broken: Breakage): Callers {
  return {
    async identify(authorization) {
      if (broken.identity) throw new Failure('identity_unavailable', 'The certificates cannot be reached.');
      return callers.identify(authorization);
    },
  };
}
