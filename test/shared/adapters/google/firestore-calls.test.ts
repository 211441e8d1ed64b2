/** How the Firestore engine handles each gRPC status, on a server that answers as the test says. */

import { protos } from '@google-cloud/firestore-api';
import gax from 'google-gax';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { firestoreStore } from '../../../../shared/adapters/google/firestore-store.ts';
import { grpcStatus } from '../../../../shared/adapters/google/grpc-client.ts';
import type { Store } from '../../../../shared/ports.ts';

const { CommitResponse, BatchGetDocumentsResponse } = protos.google.firestore.v1;
const { grpc } = gax;
const time = { seconds: 1_795_460_813, nanos: 5 };

/** The statuses with which the next calls fail, and the calls that arrived. */
let statuses: number[] = [];
let calls = 0;
const server = new grpc.Server();
let store: Store;

const asIs = { requestSerialize: (bytes: Buffer) => bytes, responseDeserialize: (bytes: Buffer) => bytes };
const method = (path: string, responseStream: boolean) => ({
  ...asIs,
  path,
  requestStream: false,
  responseStream,
  requestDeserialize: (bytes: Buffer) => bytes,
  responseSerialize: (bytes: Uint8Array) => Buffer.from(bytes),
});
/** The next status as an error; undefined when the call succeeds. */
function nextError() {
  calls += 1;
  const code = statuses.shift();
  return code === undefined ? undefined : Object.assign(new Error(`status ${code}`), { code });
}

beforeAll(async () => {
  server.addService(
    {
      commit: method('/google.firestore.v1.Firestore/Commit', false),
      batchGet: method('/google.firestore.v1.Firestore/BatchGetDocuments', true),
    },
    // The server's types do not know methods without generated code.
    {
      commit: (_call: unknown, done: (error: unknown, response?: Uint8Array) => void) => {
        const error = nextError();
        if (error) return done(error);
        done(null, CommitResponse.encode({ writeResults: [{ updateTime: time }], commitTime: time }).finish());
      },
      batchGet: (call: { destroy(error: Error): void; write(bytes: Uint8Array): void; end(): void }) => {
        const error = nextError();
        if (error) return call.destroy(error);
        call.write(BatchGetDocumentsResponse.encode({ missing: 'x', readTime: time }).finish());
        call.end();
      },
    } as never,
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  store = firestoreStore({ projectId: 'test', emulatorHost: `127.0.0.1:${port}` });
});
afterAll(async () => {
  await store.close();
  server.forceShutdown();
});
beforeEach(() => {
  [statuses, calls] = [[], 0];
});

const write = () => store.commit([{ set: 'things/a', data: { n: 1 }, if: 'absent' }]);

describe('a call of Firestore that fails once', () => {
  const { cancelled, unknown, deadlineExceeded, internal, unavailable, resourceExhausted, aborted } = grpcStatus;

  it.each([cancelled, unknown, deadlineExceeded, internal, unavailable, resourceExhausted, aborted])(
    'with status %i is repeated',
    async (status) => {
      statuses = [status];
      expect(await write()).toEqual(['1795460813.000000005']);
      statuses = [status];
      expect(await store.get('things/a')).toBeUndefined();
      expect(calls).toBe(4);
    },
  );

  it.each([cancelled, unknown, deadlineExceeded, internal, unavailable])(
    'with status %i may have been done, so a refused repetition is no conflict',
    async (status) => {
      statuses = [status, grpcStatus.alreadyExists];
      await expect(write()).rejects.toMatchObject({ code: 'store_unavailable' });
    },
  );

  it.each([resourceExhausted, aborted])(
    'with status %i has not been done, so a refused repetition is one',
    async (status) => {
      statuses = [status, grpcStatus.alreadyExists];
      await expect(write()).rejects.toMatchObject({ code: 'conflict' });
    },
  );

  it.each([grpcStatus.notFound, grpcStatus.alreadyExists, grpcStatus.failedPrecondition])(
    'with status %i is a conflict at once',
    async (status) => {
      statuses = [status];
      await expect(write()).rejects.toMatchObject({ code: 'conflict' });
      expect(calls).toBe(1);
    },
  );

  it.each([3, 7, 11, 12, 16])('with status %i is not repeated', async (status) => {
    statuses = [status];
    await expect(write()).rejects.toMatchObject({ code: 'store_unavailable', detail: { cause: expect.any(String) } });
    expect(calls).toBe(1);
  });
});
