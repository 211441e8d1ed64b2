/** Moves every sealed text of the store to the key that seals now, after a rotation. Webex is not asked. */

import { causeOf, codeOf, type Failure } from '../domain/failure.ts';
import type { Ports, Sealer } from '../ports.ts';
import { everySealedDocument, type SealedDocument } from './sealed-documents.ts';

export interface Resealed {
  seen: number;
  changed: number;
  /** Documents with a text that no key opens: they stay as they are. A connection needs a new authorization. */
  unreadable: number;
}

/** A document that changes all the time is read again this often; a refresh seals it anew in any case. */
const maxTries = 5;

/**
 * Reseals all documents. Run again after an interruption, it continues: what is moved already costs a read.
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

/** Changes one document under the version that was read, so that what another worker has written is never overwritten. */
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

/** The texts under the key that seals now; undefined when they are already. */
async function resealedTexts(sealer: Sealer, { texts }: SealedDocument): Promise<string[] | undefined> {
  const current = await Promise.all(texts.map(({ sealed }) => sealer.isCurrent(sealed)));
  if (current.every(Boolean)) return undefined;
  return Promise.all(texts.map(async ({ sealed, place }) => sealer.seal(await sealer.open(sealed, place), place)));
}
