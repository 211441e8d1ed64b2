/** Seals text as JWE (`dir`, `A256GCM`) under a keyring of secrets: the first key seals, every key opens. */

import type { JWK } from 'jose';
import { Failure } from '../domain/failure.ts';
import { Secret } from '../domain/secret.ts';
import type { Clock, Sealer, Secrets } from '../ports.ts';

/** The name of the secret that holds the keyring, a JWK set (RFC 7517, section 5). */
export const keyringName = 'sealing-keys';

/** A rotated keyring is seen by running instances within this time, an unknown key id at once. */
const rereadAfterMs = 5 * 60_000;
/** However many unknown key ids a forger sends, the secret is read no oftener than this. */
const rereadAtMostEveryMs = 10_000;

interface Keyring {
  keys: Map<string, Uint8Array>;
  first: string;
  readAt: number;
}

/** A new 256-bit key for the keyring; `kid` must be unused in it. */
export function newSealingKey(kid: string): JWK {
  const k = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url');
  return { kty: 'oct', kid, alg: 'A256GCM', use: 'enc', k };
}

/**
 * @throws Failure `sealed_text_invalid` for a text that was changed, moved or sealed by a key that is gone;
 *   `configuration_invalid` for a keyring that is none.
 * @see https://www.rfc-editor.org/rfc/rfc7516
 */
export function joseSealer(secrets: Secrets, clock: Pick<Clock, 'now'>): Sealer {
  let reading: Promise<Keyring> | undefined;

  async function keyring(wanted?: string): Promise<Keyring> {
    const current = await reading?.catch(() => undefined);
    const age = current ? clock.now() - current.readAt : Number.POSITIVE_INFINITY;
    const missing = wanted !== undefined && !current?.keys.has(wanted) && age > rereadAtMostEveryMs;
    if (!current || missing || age > rereadAfterMs) reading = readKeyring(secrets, clock.now());
    return reading!;
  }

  return {
    async seal(text, place) {
      const { CompactEncrypt } = await import('jose');
      const { keys, first } = await keyring();
      return new CompactEncrypt(new TextEncoder().encode(text.reveal()))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: first, place })
        .encrypt(keys.get(first)!);
    },

    async open(sealed, place) {
      const { compactDecrypt, decodeProtectedHeader } = await import('jose');
      const refuse = () => new Failure('sealed_text_invalid', 'The sealed text cannot be opened here.');
      let kid: unknown;
      try {
        kid = decodeProtectedHeader(sealed).kid;
      } catch {
        throw refuse();
      }
      if (typeof kid !== 'string') throw refuse();
      const key = (await keyring(kid)).keys.get(kid);
      if (!key) throw refuse();
      try {
        const options = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] };
        const { plaintext, protectedHeader } = await compactDecrypt(sealed, key, options);
        if (protectedHeader.place !== place) throw refuse();
        return new Secret(new TextDecoder().decode(plaintext));
      } catch {
        throw refuse();
      }
    },
  };
}

async function readKeyring(secrets: Secrets, now: number): Promise<Keyring> {
  const text = (await secrets.read(keyringName)).reveal();
  try {
    const set = JSON.parse(text) as { keys: { kid: string; kty: string; k: string }[] };
    const keys = new Map(set.keys.map(({ kid, kty, k }) => [kid, symmetricKey(kid, kty, k)]));
    const first = set.keys[0]!.kid;
    return { keys, first, readAt: now };
  } catch {
    throw new Failure('configuration_invalid', `The secret ${keyringName} is not a JWK set of 256-bit keys.`);
  }
}

function symmetricKey(kid: unknown, kty: unknown, k: unknown): Uint8Array {
  const bytes = typeof k === 'string' ? Buffer.from(k, 'base64url') : undefined;
  if (typeof kid !== 'string' || kty !== 'oct' || bytes?.length !== 32) throw new TypeError('not a sealing key');
  return bytes;
}
