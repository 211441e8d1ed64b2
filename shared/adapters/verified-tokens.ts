/** Verifies each bearer token once and remembers who it names until it ends: a portal sends the same one for an hour. */

import { hash } from 'node:crypto';
import type { Caller } from '../domain/caller.ts';
import type { Callers } from '../ports.ts';
import { bearer } from './bearer.ts';

export interface Verified {
  caller: Caller;
  /** When the token ends, epoch ms. */
  endsAt: number;
}

/** More callers than a deployment has; the oldest goes first. Only tokens that were found good take a place. */
const remembered = 1000;

/**
 * @param verify throws `unauthenticated` for a token that is not good
 * @param now epoch ms
 */
export function verifiedTokens(verify: (token: string) => Promise<Verified>, now: () => number): Callers {
  const known = new Map<string, Verified>();
  return {
    async identify(authorization) {
      const token = bearer(authorization);
      // Only the hash is kept: a heap dump is no bunch of keys.
      const key = hash('sha256', token);
      const before = known.get(key);
      if (before && before.endsAt > now()) return before.caller;
      known.delete(key);
      const verified = await verify(token);
      if (known.size >= remembered) known.delete(known.keys().next().value!);
      known.set(key, verified);
      return verified.caller;
    },
  };
}
