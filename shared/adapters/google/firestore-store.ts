/** The production store: documents in Firestore, through its generated client, which leaves deadlines and retries to us. */

import type { FirestoreClient, protos } from '@google-cloud/firestore-api';
import { Failure } from '../../domain/failure.ts';
import type { Query, Store, Stored, Write } from '../../ports.ts';
import { checkValue, documentTexts, splitPath } from '../store-limits.ts';
import { type CallFailure, type FirestoreCalls, type FirestoreOptions, firestoreCalls } from './firestore-calls.ts';
import { fromFields, timeFromVersion, toFields, toStructuredQuery, versionFromTime } from './firestore-wire.ts';
import { grpcStatus } from './grpc-client.ts';

type WireDocument = protos.google.firestore.v1.IDocument;
type WireWrite = protos.google.firestore.v1.IWrite;

/** A precondition of a commit does not hold. `aborted` is contention that outlasted all retries. */
const preconditionStatuses = new Set<number | undefined>([
  grpcStatus.notFound,
  grpcStatus.alreadyExists,
  grpcStatus.failedPrecondition,
  grpcStatus.aborted,
]);

/**
 * A store in a Firestore database; the SDK is loaded with the first call.
 *
 * Every call ends within 12 seconds. A commit without a response is sent again, which is harmless, because Firestore does all
 * of it or nothing. When the repeated commit is then refused, the first one may be the reason, so that is `store_unavailable`
 * (the outcome is unknown) and not `conflict`; a caller who reads again sees what was written.
 * A `set` that changes nothing may keep the version.
 * @see https://cloud.google.com/firestore/docs/reference/rpc/google.firestore.v1
 */
export function firestoreStore(options: FirestoreOptions): Store {
  const database = `projects/${options.projectId}/databases/${options.databaseId ?? '(default)'}`;
  const root = `${database}/documents`;
  const calls = firestoreCalls(options);

  async function getMany<T>(paths: string[]): Promise<(Stored<T> | undefined)[]> {
    for (const path of paths) splitPath(path);
    if (paths.length === 0) return [];
    const documents = [...new Set(paths)].map((path) => `${root}/${path}`);
    const found = await readAll<T>(calls, root, (client, callOptions) =>
      client.batchGetDocuments({ database, documents }, callOptions),
    );
    const byPath = new Map(found.map((each) => [each.path, each]));
    return paths.map((path) => byPath.get(path));
  }

  return {
    get: async <T>(path: string) => (await getMany<T>([path]))[0],
    getMany,

    async query<T>(query: Query): Promise<Stored<T>[]> {
      splitPath(`${query.collection}/any`);
      const parent = `${root}/${query.collection}`.replace(/\/[^/]+$/, '');
      const structuredQuery = toStructuredQuery(query, root);
      return readAll<T>(calls, root, (client, callOptions) =>
        client.runQuery({ parent, structuredQuery }, callOptions),
      );
    },

    async commit(writes) {
      const texts = documentTexts(writes);
      const request = { database, writes: writes.map((write, index) => toWrite(write, texts[index] as string, root)) };
      if (writes.length === 0) return [];
      try {
        const [response] = await calls.call((client, timeout) => client.commit(request, { timeout, retry: null }));
        const times = response.writeResults?.map((result) => result.updateTime ?? response.commitTime) ?? [];
        return writes.map((write, index) => ('delete' in write ? '' : versionFromTime(times[index])));
      } catch (error) {
        const failure = error as CallFailure;
        if (failure.maybeDone || !preconditionStatuses.has(failure.status)) throw unavailable(failure);
        throw conflict(failure.message);
      }
    },

    close: calls.close,
  };
}

/** The documents of a streamed response. */
async function readAll<T>(
  calls: FirestoreCalls,
  root: string,
  request: (client: FirestoreClient, options: object) => NodeJS.ReadableStream,
): Promise<Stored<T>[]> {
  try {
    return await calls.call(async (client, timeout) => {
      const documents: Stored<T>[] = [];
      // The SDK would repeat a stream by itself, each time with a new deadline.
      const options = { timeout, retry: null, retryRequestOptions: { retries: 0, noResponseRetries: 0 } };
      const stream = request(client, options) as AsyncIterable<{ found?: WireDocument; document?: WireDocument }>;
      for await (const { found, document = found } of stream) {
        if (document) documents.push(stored<T>(document, root));
      }
      return documents;
    });
  } catch (error) {
    throw unavailable(error as CallFailure);
  }
}

function toWrite(write: Write, text: string, root: string): WireWrite {
  splitPath('set' in write ? write.set : write.delete);
  const currentDocument = write.if === undefined ? undefined : toPrecondition(write.if);
  if ('delete' in write) return { delete: `${root}/${write.delete}`, currentDocument };
  const document = JSON.parse(text) as Record<string, unknown>;
  checkValue(document);
  return { update: { name: `${root}/${write.set}`, fields: toFields(document) }, currentDocument };
}

function toPrecondition(wanted: 'absent' | { version: string }) {
  if (wanted === 'absent') return { exists: false };
  const updateTime = timeFromVersion(wanted.version);
  if (updateTime === undefined) throw conflict('not a version of this store');
  return { updateTime };
}

function stored<T>(document: WireDocument, root: string): Stored<T> {
  const path = String(document.name).slice(root.length + 1);
  return { path, version: versionFromTime(document.updateTime), data: fromFields(document.fields ?? {}) as T };
}

function conflict(cause: string): Failure {
  return new Failure('conflict', 'The document has been changed in the meantime.', { cause });
}

function unavailable(failure: CallFailure): Failure {
  return new Failure('store_unavailable', 'The store cannot be reached at the moment.', { cause: failure.message });
}
