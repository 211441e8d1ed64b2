/**
 * Calls Firestore: connects with the first call, repeats calls that fail for a temporary reason, and says whether the
 * outcome is known.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { FirestoreClient } from '@google-cloud/firestore-api';
import { backoffMs } from '../../domain/backoff.ts';
import { emulatorChannel, grpcStatus, toStatusAndCause } from './grpc-client.ts';

/** A call ends within this time, retries included. The SDK alone would try for ten minutes. */
const totalTimeoutMs = 12_000;
/** One attempt: a connection that died silently must leave time for a second one. */
const attemptTimeoutMs = 6_000;
const retryDelay = { firstMs: 50, maxMs: 1_000 };

/** After these statuses the outcome is unknown: the server may have done the write. */
const unknownOutcomes = new Set<number | undefined>([
  grpcStatus.cancelled,
  grpcStatus.unknown,
  grpcStatus.deadlineExceeded,
  grpcStatus.internal,
  grpcStatus.unavailable,
]);
const temporary = new Set([...unknownOutcomes, grpcStatus.resourceExhausted, grpcStatus.aborted]);

export interface FirestoreOptions {
  projectId: string;
  databaseId?: string;
  /** `host:port` of an emulator: no TLS, no credentials. */
  emulatorHost?: string;
}

/** Why a call failed. Its caller decides what that means. */
export class CallFailure extends Error {
  /** The gRPC status; undefined when the call was never sent. */
  readonly status: number | undefined;
  /** Whether an earlier attempt had an unknown outcome, so it may have been done. */
  readonly maybeDone: boolean;

  constructor(cause: string, status: number | undefined, maybeDone: boolean) {
    super(cause);
    this.status = status;
    this.maybeDone = maybeDone;
  }
}

export interface FirestoreCalls {
  /** @throws CallFailure */
  call<T>(work: (client: FirestoreClient, timeoutMs: number) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function firestoreCalls({ projectId, emulatorHost }: FirestoreOptions): FirestoreCalls {
  let connecting: Promise<FirestoreClient> | undefined;

  return {
    async call(work) {
      const deadline = performance.now() + totalTimeoutMs;
      let maybeDone = false;
      for (let attempt = 1; ; attempt++) {
        try {
          connecting ??= connect(projectId, emulatorHost);
          return await work(await connecting, Math.min(attemptTimeoutMs, deadline - performance.now()));
        } catch (error) {
          const { status, cause } = toStatusAndCause(error);
          // A client that has not found credentials never looks for them again.
          if (status === undefined) connecting = undefined;
          const waitMs = backoffMs(attempt, retryDelay, Math.random());
          const isOver = performance.now() + waitMs >= deadline;
          if (status === undefined || !temporary.has(status) || isOver) throw new CallFailure(cause, status, maybeDone);
          maybeDone ||= unknownOutcomes.has(status);
          await sleep(waitMs);
        }
      }
    },
    async close() {
      const client = await connecting?.catch(() => undefined);
      await client?.close();
    },
  };
}

/**
 * Uses gRPC, which needs a quarter of REST's time and half of its memory for large documents (roster shards). Every method of
 * the client would initialize it by itself, but then a failure ends the process as an unhandled rejection.
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
