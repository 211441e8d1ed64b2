/** Verifies each bearer token once and caches its caller until the token expires, because a portal sends the same token for an hour. */

import { hash } from 'node:crypto';
import { setBounded } from '../domain/bounded-map.ts';
import type { Caller } from '../domain/caller.ts';
import type { Callers } from '../ports.ts';
import { bearer } from './bearer.ts';

export interface Verified {
  caller: Caller;
  /** Epoch ms. */
  expiresAt: number;
}

/** More callers than a deployment has. Only valid tokens are cached, so a stranger cannot fill the cache. */
const maxTokens = 1000;

/**
 * @param verify throws `unauthenticated` for an invalid token
 * @param now epoch ms
 */
export function verifiedTokens(verify: (token: string) => Promise<Verified>, now: () => number): Callers {
  const verifiedByHash = new Map<string, Verified>();
  return {
    async identify(authorization) {
      const token = bearer(authorization);
      // The key is a hash, so that a heap dump holds no usable token.
      const key = hash('sha256', token);
      const known = verifiedByHash.get(key);
      if (known && known.expiresAt > now()) return known.caller;
      verifiedByHash.delete(key);
      const verified = await verify(token);
      setBounded(verifiedByHash, key, verified, maxTokens);
      return verified.caller;
    },
  };
}
