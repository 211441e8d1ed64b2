/** Seals text as JWE (`dir`, `A256GCM`) under a keyring of secrets: the first key seals, every key opens. */

import type { JWK } from 'jose';
import { Failure } from '../domain/failure.ts';
import { Secret } from '../domain/secret.ts';
import type { Clock, Sealer, Secrets } from '../ports.ts';
import { cached } from './stale-while-error.ts';

/** The name of the secret that holds the keyring, a JWK set (RFC 7517, section 5). */
export const keyringName = 'sealing-keys';

/** A rotated keyring is seen by running instances within this time, an unknown key id at once. */
const keyringReadAgainMs = 5 * 60_000;
/** However many unknown key ids a forger sends, the secret is read no oftener than this. */
const rereadAtMostEveryMs = 10_000;

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
  const keyring = cached(
    async () => symmetricKeys((await secrets.read(keyringName)).reveal()),
    clock.now,
    keyringReadAgainMs,
  );

  return {
    async seal(text, place) {
      const { CompactEncrypt } = await import('jose');
      const [[kid, key]] = await keyring.get();
      return new CompactEncrypt(new TextEncoder().encode(text.reveal()))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid, place })
        .encrypt(key);
    },

    async open(sealed, place) {
      const { compactDecrypt } = await import('jose');
      const kid = await keyOf(sealed);
      const named = (keys: Keys) => keys.find(([id]) => id === kid)?.[1];
      const key = named(await keyring.get()) ?? named(await keyring.reload(rereadAtMostEveryMs));
      if (!key) throw refusal(`key ${kid.slice(0, 100)}`);
      try {
        const options = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] };
        const { plaintext, protectedHeader } = await compactDecrypt(sealed, key, options);
        if (protectedHeader.place === place) return new Secret(new TextDecoder().decode(plaintext));
      } catch {
        throw refusal('changed');
      }
      throw refusal('moved');
    },

    isCurrent: async (sealed) => (await keyOf(sealed)) === (await keyring.get())[0][0],
  };
}

/**
 * The id of the key that a text was sealed by. Not proven until the text has been opened.
 * @throws Failure `sealed_text_invalid`
 */
export async function keyOf(sealed: string): Promise<string> {
  const { decodeProtectedHeader } = await import('jose');
  try {
    const { kid } = decodeProtectedHeader(sealed);
    if (typeof kid === 'string') return kid;
  } catch {
    // No JWE at all.
  }
  throw refusal('malformed');
}

function refusal(cause: string): Failure {
  return new Failure('sealed_text_invalid', 'The sealed text cannot be opened here.', { cause });
}

type Keys = [[kid: string, key: Uint8Array], ...[kid: string, key: Uint8Array][]];

function symmetricKeys(text: string): Keys {
  try {
    const keys = (JSON.parse(text) as { keys: unknown[] }).keys.map(symmetricKey);
    if (new Set(keys.map(([kid]) => kid)).size !== keys.length || !keys[0]) throw new TypeError('not a keyring');
    return keys as Keys;
  } catch {
    throw new Failure('configuration_invalid', `The secret ${keyringName} is not a JWK set of 256-bit keys.`);
  }
}

function symmetricKey(jwk: unknown): Keys[0] {
  const { kid, kty, k } = jwk as Record<string, unknown>;
  const bytes = typeof k === 'string' ? Buffer.from(k, 'base64url') : undefined;
  if (typeof kid !== 'string' || kty !== 'oct' || bytes?.length !== 32) throw new TypeError('not a sealing key');
  return [kid, bytes];
}
