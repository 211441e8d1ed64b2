/**
 * The keyring over its life: created once, rotated by adding a new first key, and pruned of keys that no stored text needs.
 */

import { codeOf, Failure } from '../domain/failure.ts';
import { Secret } from '../domain/secret.ts';
import type { Clock, Secrets, Store } from '../ports.ts';
import { everySealedDocument } from './sealed-documents.ts';

/** A key of the keyring, a JWK (RFC 7517); `iat` says when it became the first, epoch seconds. */
export interface SealingKey {
  kid?: string;
  iat?: number;
}

export interface Keyring {
  keys: SealingKey[];
}

/**
 * A key that is no longer the first may still seal for a while: instances read the keyring again within 5 minutes, and what
 * they sealed into a browser's cookie is opened up to 10 minutes later. In seconds.
 */
export const stillSeals = 60 * 60;
/** The oldest backup is 14 weeks old (docs/operations.md) and is opened by the keys of its time. In seconds. */
export const inBackups = 15 * 7 * 86_400;

/** @throws Failure `conflict` when there is a keyring: replacing it would lose every connection */
export async function initKeyring(secrets: Secrets, name: string, first: SealingKey): Promise<void> {
  const there = await secrets.read(name).then(
    () => true,
    (error) => {
      if (codeOf(error) === 'secret_missing') return false;
      throw error;
    },
  );
  if (there) throw new Failure('conflict', `The secret ${name} exists: npm run keys:rotate adds a key to it.`);
  await secrets.add(name, new Secret(JSON.stringify({ keys: [first] })));
}

/**
 * Puts a new key first. Within 5 minutes every instance seals with it; the others still open what they sealed.
 * @throws Failure `secret_missing` before `keys:init`, `configuration_invalid` when the secret is not a keyring
 */
export async function rotateKeyring(secrets: Secrets, name: string, added: SealingKey): Promise<Keyring> {
  const { keys } = await readKeyring(secrets, name);
  const rotated = { keys: [added, ...keys] };
  await secrets.add(name, new Secret(JSON.stringify(rotated)));
  return rotated;
}

/**
 * Removes the keys that seal no stored text and were replaced as the first key at least `replacedFor` ago.
 * @param keyOf the key that a text was sealed by
 * @param replacedFor seconds, `stillSeals` at least
 * @throws Failure `sealed_text_invalid` for a stored text that no key has sealed; then no key is removed
 */
export async function pruneKeyring(
  ports: { store: Store; clock: Pick<Clock, 'now'>; secrets: Secrets },
  name: string,
  keyOf: (sealed: string) => Promise<string>,
  replacedFor: number,
): Promise<{ kept: string[]; removed: string[] }> {
  const { keys } = await readKeyring(ports.secrets, name);
  const used = new Set<string | undefined>();
  for await (const { texts } of everySealedDocument(ports.store, ports.clock.now())) {
    for (const { sealed } of texts) used.add(await keyOf(sealed));
  }
  const latest = ports.clock.now() / 1000 - Math.max(replacedFor, stillSeals);
  // A key was replaced when the key before it in the list was created; the first has not been replaced.
  const stays = keys.map(({ kid }, index) => used.has(kid) || (keys[index - 1]?.iat ?? Infinity) > latest);
  const kids = (chosen: boolean) => keys.filter((_, index) => stays[index] === chosen).map(({ kid }) => String(kid));
  const [kept, removed] = [kids(true), kids(false)];
  if (removed.length > 0) {
    const keyring = { keys: keys.filter((_, index) => stays[index]) };
    await ports.secrets.add(name, new Secret(JSON.stringify(keyring)));
  }
  return { kept, removed };
}

async function readKeyring(secrets: Secrets, name: string): Promise<Keyring> {
  try {
    const keyring = JSON.parse((await secrets.read(name)).reveal()) as Keyring;
    if (Array.isArray(keyring.keys) && keyring.keys.length > 0) return keyring;
  } catch (error) {
    if (error instanceof Failure) throw error;
  }
  throw new Failure('configuration_invalid', `The secret ${name} is not a JWK set.`);
}
