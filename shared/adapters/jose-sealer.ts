/** Seals text as JWE (`dir`, `A256GCM`) with a keyring: the first key seals, and every key opens. */

import type { JWK } from 'jose';
import { Failure } from '../domain/failure.ts';
import { Secret } from '../domain/secret.ts';
import { truncate } from '../domain/truncate.ts';
import type { Clock, Sealer, Secrets } from '../ports.ts';
import { cached } from './stale-while-error.ts';

/** The name of the secret that holds the keyring, a JWK set (RFC 7517, section 5). */
export const keyringName = 'sealing-keys';

/** Running instances use a rotated keyring after this time at the latest, and at once when they meet an unknown key id. */
const maxAgeMs = 5 * 60_000;
/** Unknown key ids, which can be forged, cause a read of the secret only when the last one is older than this. */
const minAgeMs = 10_000;

/** A new 256-bit key for the keyring. @param kid an id that the keyring does not have */
export function newSealingKey(kid: string): JWK {
  const k = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url');
  return { kty: 'oct', kid, alg: 'A256GCM', use: 'enc', k };
}

/**
 * @throws Failure `sealed_text_invalid` for a text that was changed, copied elsewhere or sealed by a removed key;
 *   `configuration_invalid` for a malformed keyring
 * @see https://www.rfc-editor.org/rfc/rfc7516
 */
export function joseSealer(secrets: Secrets, clock: Pick<Clock, 'now'>): Sealer {
  const keyring = cached(async () => symmetricKeys((await secrets.read(keyringName)).reveal()), clock.now, maxAgeMs);

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
      const key = named(await keyring.get()) ?? named(await keyring.reload(minAgeMs));
      if (!key) throw refusal(`key ${truncate(kid, 100)}`);
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
 * The id of the key that sealed a text. It is only claimed until the text has been opened.
 * @throws Failure `sealed_text_invalid`
 */
export async function keyOf(sealed: string): Promise<string> {
  const { decodeProtectedHeader } = await import('jose');
  try {
    const { kid } = decodeProtectedHeader(sealed);
    if (typeof kid === 'string') return kid;
  } catch {
    // Not a JWE.
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
