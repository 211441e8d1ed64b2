/** An outside that dies: what matters of a kill is only which effects it leaves, so it falls before an effect or right behind it. */

import type { Outside } from '../../shared/ports.ts';

const never = () => new Promise<never>(() => {});

/**
 * The outside of a process that is killed at its `fuse`-th call of store, Webex or queue: before the call acts, or after it
 * has acted and before its answer arrives. From then on nothing of it has any effect, and no call of it ever returns.
 */
export function mortal<T extends Outside>(
  outside: T,
  fuse: number,
  after: boolean,
): { outside: T; killed: Promise<void> } {
  let left = fuse;
  let die!: () => void;
  const killed = new Promise<void>((resolve) => {
    die = resolve;
  });
  const guarded = <P extends object>(port: P): P =>
    new Proxy(port, {
      get(target, name) {
        const method = Reflect.get(target, name) as unknown;
        if (typeof method !== 'function') return method;
        return async (...args: unknown[]) => {
          left -= 1;
          if (left < 0 || (left === 0 && !after)) {
            die();
            return never();
          }
          const last = left === 0;
          // What has come back before the kill came back; what comes back after it reaches nobody.
          const answer = await Promise.resolve(method.apply(target, args)).finally(() => {
            if (last) die();
          });
          return left <= 0 ? never() : answer;
        };
      },
    });
  const { store, webex, queue } = outside;
  return { outside: { ...outside, store: guarded(store), webex: guarded(webex), queue: guarded(queue) }, killed };
}
