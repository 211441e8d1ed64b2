/** The production store: documents in Firestore, through its generated client, so that deadlines and retries are ours. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { FirestoreClient, protos } from '@google-cloud/firestore-api';
import { Failure } from '../../domain/failure.ts';
import type { Query, Store, Stored, Write } from '../../ports.ts';
import { checkValue, documentTexts, splitPath } from '../store-limits.ts';
import { fromFields, structured, timeFromVersion, toFields, versionFromTime } from './firestore-wire.ts';
import { emulatorChannel, remains } from './grpc-client.ts';

type WireDocument = protos.google.firestore.v1.IDocument;
type WireWrite = protos.google.firestore.v1.IWrite;

/** A call and its retries end within this: the SDK alone would go on for ten minutes. */
const totalTimeoutMs = 12_000;
/** One attempt: a connection that died silently must leave time for a second one. */
const attemptTimeoutMs = 6_000;
const firstBackoffMs = 50;
const maxBackoffMs = 1_000;

/** The gRPC status codes that mean something to us. @see https://grpc.io/docs/guides/status-codes/ */
const status = {
  deadline: 4,
  notFound: 5,
  exists: 6,
  exhausted: 8,
  precondition: 9,
  aborted: 10,
  internal: 13,
  down: 14,
};
const passing = new Set([status.deadline, status.exhausted, status.aborted, status.internal, status.down]);
/** After these nobody knows whether the server did what it was asked. */
const doubtful = new Set([status.deadline, status.internal, status.down]);
/** A commit's precondition does not hold; `aborted` is contention that outlasted all retries. */
const refused = new Set([status.notFound, status.exists, status.precondition, status.aborted]);

export interface FirestoreOptions {
  projectId: string;
  databaseId?: string;
  /** `host:port` of an emulator: no TLS, no credentials. */
  emulatorHost?: string;
}

/**
 * A store in a Firestore database; the SDK is loaded with the first call.
 *
 * Every call ends within 12 seconds. A commit that got no answer is sent again, which is harmless: it happens as a whole
 * or not at all. If the repetition is then refused, the first one may be the reason, so that is `store_unavailable`
 * ("nothing is known") and not `conflict`; whoever reads again sees what is true.
 * A `set` that changes nothing may keep the version.
 * @see https://cloud.google.com/firestore/docs/reference/rpc/google.firestore.v1
 */
export function firestoreStore({ projectId, databaseId = '(default)', emulatorHost }: FirestoreOptions): Store {
  const database = `projects/${projectId}/databases/${databaseId}`;
  const root = `${database}/documents`;
  let connecting: Promise<FirestoreClient> | undefined;

  /** Does the work, again while it fails for a passing reason. */
  async function attempt<T>(work: (client: FirestoreClient, timeoutMs: number) => Promise<T>): Promise<T> {
    const endsAt = performance.now() + totalTimeoutMs;
    let inDoubt = false;
    for (let backoffMs = firstBackoffMs; ; backoffMs = Math.min(backoffMs * 2, maxBackoffMs)) {
      try {
        connecting ??= connect(projectId, emulatorHost);
        return await work(await connecting, Math.min(attemptTimeoutMs, endsAt - performance.now()));
      } catch (error) {
        const { status: found, cause } = remains(error);
        if (found === undefined) connecting = undefined;
        const waitMs = backoffMs * (0.5 + Math.random());
        const over = performance.now() + waitMs >= endsAt;
        if (found === undefined || !passing.has(found) || over) throw new Refusal(cause, found, inDoubt);
        inDoubt ||= doubtful.has(found);
        await sleep(waitMs);
      }
    }
  }

  /** The documents of a streamed answer. */
  async function read<T>(call: (client: FirestoreClient, options: object) => NodeJS.ReadableStream) {
    const work = async (client: FirestoreClient, timeout: number) => {
      const documents: Stored<T>[] = [];
      // The SDK would repeat a stream by itself, each time with a new deadline.
      const stream = call(client, { timeout, retry: null, retryRequestOptions: { retries: 0, noResponseRetries: 0 } });
      for await (const answer of stream as AsyncIterable<{ found?: WireDocument; document?: WireDocument }>) {
        const document = answer.found ?? answer.document;
        if (document) documents.push(stored<T>(document, root));
      }
      return documents;
    };
    try {
      return await attempt(work);
    } catch (error) {
      throw unavailable(error as Refusal);
    }
  }

  async function getMany<T>(paths: string[]): Promise<(Stored<T> | undefined)[]> {
    for (const path of paths) splitPath(path);
    if (paths.length === 0) return [];
    const documents = [...new Set(paths)].map((path) => `${root}/${path}`);
    const answers = await read<T>((client, options) => client.batchGetDocuments({ database, documents }, options));
    const found = new Map(answers.map((each) => [each.path, each]));
    return paths.map((path) => found.get(path));
  }

  async function query<T>(query: Query): Promise<Stored<T>[]> {
    splitPath(`${query.collection}/any`);
    const parent = `${root}/${query.collection}`.replace(/\/[^/]+$/, '');
    const structuredQuery = structured(query, root);
    return read<T>((client, options) => client.runQuery({ parent, structuredQuery }, options));
  }

  async function commit(writes: Write[]): Promise<string[]> {
    const texts = documentTexts(writes);
    const request = { database, writes: writes.map((write, index) => toWrite(write, texts[index] as string, root)) };
    if (writes.length === 0) return [];
    try {
      const [answer] = await attempt((client, timeout) => client.commit(request, { timeout, retry: null }));
      const times = answer.writeResults?.map((result) => result.updateTime ?? answer.commitTime) ?? [];
      return writes.map((write, index) => ('delete' in write ? '' : versionFromTime(times[index])));
    } catch (error) {
      const refusal = error as Refusal;
      if (refusal.inDoubt || !refused.has(Number(refusal.status))) throw unavailable(refusal);
      throw conflict(refusal.message);
    }
  }

  return {
    get: async <T>(path: string) => (await getMany<T>([path]))[0],
    getMany,
    query,
    commit,
    close: async () => {
      const client = await connecting?.catch(() => undefined);
      await client?.close();
    },
  };
}

/** Why a call ended without success: for those who judge what that means to the caller. */
class Refusal extends Error {
  readonly status: number | undefined;
  /** Whether an attempt before it got no answer, and may have been done. */
  readonly inDoubt: boolean;

  constructor(cause: string, status: number | undefined, inDoubt: boolean) {
    super(cause);
    this.status = status;
    this.inDoubt = inDoubt;
  }
}

/**
 * gRPC, because it needs a quarter of REST's time and half of its memory where documents are large (roster shards).
 * Every method of the client would initialize it by itself, but then a failure ends the process as an unhandled rejection.
 */
async function connect(projectId: string, emulatorHost: string | undefined): Promise<FirestoreClient> {
  const { default: firestore } = await import('@google-cloud/firestore');
  const client = new firestore.v1.FirestoreClient({
    projectId,
    ...(emulatorHost && (await emulatorChannel(emulatorHost))),
  });
  await client.initialize();
  return client;
}

function toWrite(write: Write, text: string, root: string): WireWrite {
  splitPath('set' in write ? write.set : write.delete);
  const currentDocument = write.if === undefined ? undefined : precondition(write.if);
  if ('delete' in write) return { delete: `${root}/${write.delete}`, currentDocument };
  const document = JSON.parse(text) as Record<string, unknown>;
  checkValue(document);
  return { update: { name: `${root}/${write.set}`, fields: toFields(document) }, currentDocument };
}

function precondition(wanted: 'absent' | { version: string }) {
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
  return new Failure('conflict', 'The document was changed by somebody else.', { cause });
}

function unavailable(refusal: Refusal): Failure {
  return new Failure('store_unavailable', 'The store cannot be reached at the moment.', { cause: refusal.message });
}
