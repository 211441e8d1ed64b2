/**
 * Ports that die at a given call, to simulate a kill. A kill matters only by the effects it leaves, so it falls right before
 * or right after an effect.
 */

import type { Ports } from '../../shared/ports.ts';

/**
 * The ports of a process that is killed at its `fuse`-th call of store, Webex or queue: before the call acts, or after it
 * has acted and before its response arrives. From then on it has no effect, unless it only stalled: then it is woken, and
 * continues with its outdated knowledge.
 */
export function mortal<T extends Ports>(ports: T, fuse: number, after: boolean) {
  let left = fuse;
  const killed = Promise.withResolvers<void>();
  const woken = Promise.withResolvers<void>();
  const stand = async () => {
    killed.resolve();
    await woken.promise;
  };
  const guarded = <P extends object>(port: P): P =>
    new Proxy(port, {
      get(target, name) {
        const method = Reflect.get(target, name) as unknown;
        if (typeof method !== 'function') return method;
        return async (...args: unknown[]) => {
          left -= 1;
          if (left < 0 || (left === 0 && !after)) await stand();
          try {
            return await method.apply(target, args);
          } finally {
            // Responses before the kill have arrived; later ones are dropped.
            if (left <= 0) await stand();
          }
        };
      },
    });
  const { store, webex, queue } = ports;
  return {
    ports: { ...ports, store: guarded(store), webex: guarded(webex), queue: guarded(queue) },
    killed: killed.promise,
    wake: woken.resolve,
  };
}
