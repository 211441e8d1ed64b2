/** Ids drawn from a seed, in place of those that Node draws: a run with the same seed takes the same steps. */

import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

/** From now on every random byte and UUID of this process comes from `draw`. Keys and nonces of WebCrypto do not. */
export function drawIdsFrom(draw: () => number): void {
  const randomBytes = (size: number) => Buffer.from(Array.from({ length: size }, () => Math.floor(draw() * 256)));
  /** Of version 4 (RFC 9562). */
  const randomUUID = () => {
    const hex = randomBytes(16).toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}` as const;
  };
  Object.assign(crypto, { randomUUID, randomBytes });
  Object.assign(globalThis.crypto, { randomUUID });
  syncBuiltinESMExports();
}
