/** What the commands for sealing keys share. */

import { newSealingKey } from '../../shared/adapters/jose-sealer.ts';

/** A sealing key with a unique id that shows its date. @param now epoch ms */
export function newKey(now: number) {
  const kid = `${new Date(now).toISOString().slice(0, 10)}-${crypto.randomUUID().slice(0, 8)}`;
  return { ...newSealingKey(kid), iat: Math.floor(now / 1000) };
}

export function resealReport({
  seen,
  changed,
  unreadable,
}: {
  seen: number;
  changed: number;
  unreadable: number;
}): string {
  return `Documents with sealed texts: ${seen}. Resealed: ${changed}. Unreadable: ${unreadable}.`;
}
