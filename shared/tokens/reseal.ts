/** Seals every stored text again with the newest key, after a rotation. It does not call Webex. */

import { causeOf, codeOf, type Failure } from '../domain/failure.ts';
import type { Ports, Sealer } from '../ports.ts';
import { everySealedDocument, type SealedDocument } from './sealed-documents.ts';

export interface Resealed {
  seen: number;
  changed: number;
  /** Documents with a text that no key opens: they stay as they are. A connection needs a new authorization. */
  unreadable: number;
}

/** How often to read a document again that keeps changing; a refresh reseals it in any case. */
const maxTries = 5;

/**
 * Reseals all documents. It can be repeated after an interruption: a document that is already resealed costs one read.
 * @throws Failure what secrets and the store throw
 */
export async function resealAll(ports: Ports): Promise<Resealed> {
  const { clock, log, store } = ports;
  const result: Resealed = { seen: 0, changed: 0, unreadable: 0 };
  for await (const document of everySealedDocument(store, clock.now())) {
    result.seen += 1;
    try {
      if (await reseal(ports, document)) result.changed += 1;
    } catch (error) {
      const code = codeOf(error);
      if (code !== 'sealed_text_invalid' && code !== 'conflict') throw error;
      result.unreadable += Number(code === 'sealed_text_invalid');
      log.error('reseal_error', { document: document.stored.path, code, cause: causeOf(error as Failure) });
    }
  }
  return result;
}

/** Changes one document under the version that was read, so that another worker's write is never overwritten. */
async function reseal({ sealer, store }: Ports, document: SealedDocument): Promise<boolean> {
  let current: SealedDocument | undefined = document;
  for (let attempt = 1; current; attempt++) {
    const moved = await resealedTexts(sealer, current);
    if (!moved) return false;
    const { path, version } = current.stored;
    try {
      await store.commit([{ set: path, data: current.withTexts(moved), if: { version } }]);
      return true;
    } catch (error) {
      if (codeOf(error) !== 'conflict' || attempt === maxTries) throw error;
      current = await current.reread(store);
    }
  }
  return false;
}

/** The texts sealed with the newest key; undefined when they already are. */
async function resealedTexts(sealer: Sealer, { texts }: SealedDocument): Promise<string[] | undefined> {
  const current = await Promise.all(texts.map(({ sealed }) => sealer.isCurrent(sealed)));
  if (current.every(Boolean)) return undefined;
  return Promise.all(texts.map(async ({ sealed, place }) => sealer.seal(await sealer.open(sealed, place), place)));
}
