/** Finds every document that holds sealed texts, so that rotating and pruning keys miss none. */

import type { Connection } from '../domain/connection.ts';
import type { Store, Stored } from '../ports.ts';
import {
  accessTokenPlace,
  connections,
  idempotency,
  operations,
  refreshTokenPlace,
  resultsOf,
  resultUrlPlace,
  usedStates,
} from '../storage/layout.ts';
import { everyDocument } from '../storage/pages.ts';

/** A sealed text, and the place that it is sealed for. */
export interface SealedText {
  sealed: string;
  place: string;
}

export interface SealedDocument {
  stored: Stored<object>;
  texts: SealedText[];
  /** The document with other texts, in the same order. */
  withTexts(sealed: string[]): object;
  /** The document as it is now; undefined when it is gone. */
  reread(store: Store): Promise<SealedDocument | undefined>;
}

/**
 * All documents with sealed texts, expired ones left out. Cookies and page tokens are not in the store; code that reads one
 * treats a text that does not open as expired.
 */
export async function* everySealedDocument(store: Store, now: number): AsyncGenerator<SealedDocument, void> {
  for await (const stored of everyDocument<Connection>(store, { collection: connections })) yield ofConnection(stored);
  for (const [collection, field] of [
    [idempotency, 'response'],
    [usedStates, 'outcome'],
  ] as const) {
    for await (const stored of everyDocument<Fields>(store, { collection })) {
      yield* ofField(stored, field, stored.path, now);
    }
  }
  for await (const operation of everyDocument<{ id: string }>(store, { collection: operations })) {
    const { id } = operation.data;
    for await (const stored of everyDocument<Fields>(store, { collection: resultsOf(id) })) {
      yield* ofField(stored, 'sealedUrl', resultUrlPlace(id, String(stored.data.id)), now);
    }
  }
}

type Fields = Record<string, unknown>;

function* ofField(
  stored: Stored<Fields>,
  field: string,
  place: string,
  now: number,
): Generator<SealedDocument, undefined> {
  const { [field]: sealed, expireAt } = stored.data;
  if (typeof sealed !== 'string' || (typeof expireAt === 'number' && expireAt <= now)) return undefined;
  yield {
    stored,
    texts: [{ sealed, place }],
    withTexts: ([text]) => ({ ...stored.data, [field]: text }),
    async reread(store) {
      const read = await store.get<Fields>(stored.path);
      return read && ofField(read, field, place, now).next().value;
    },
  };
}

function ofConnection(stored: Stored<Connection>): SealedDocument {
  const { customerId, grant, pending } = stored.data;
  const pairs = [grant, pending].filter((pair) => pair !== undefined);
  return {
    stored,
    texts: pairs.flatMap(({ sealedAccessToken, sealedRefreshToken }) => [
      { sealed: sealedAccessToken, place: accessTokenPlace(customerId) },
      { sealed: sealedRefreshToken, place: refreshTokenPlace(customerId) },
    ]),
    async reread(store) {
      const read = await store.get<Connection>(stored.path);
      return read && ofConnection(read);
    },
    withTexts: (sealed) => {
      const texts = [...sealed];
      const next = <Pair extends object>(pair: Pair) => ({
        ...pair,
        sealedAccessToken: texts.shift()!,
        sealedRefreshToken: texts.shift()!,
      });
      return { ...stored.data, ...(grant && { grant: next(grant) }), ...(pending && { pending: next(pending) }) };
    },
  };
}
