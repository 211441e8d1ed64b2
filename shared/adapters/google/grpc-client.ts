/**
 * Shared by the users of Google's generated clients: status codes, retries, emulators, and the part of an error that is safe
 * to pass on. The clients are CommonJS: when a bundle imports one later, its names are on `default` alone.
 */

import { truncate } from '../../domain/truncate.ts';

/** @see https://grpc.io/docs/guides/status-codes/ */
export const grpcStatus = {
  cancelled: 1,
  unknown: 2,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  internal: 13,
  unavailable: 14,
};

/** For calls that may be repeated: how often and how long the SDK tries. By itself it would try for ten minutes. */
export const retryOptions = {
  retry: {
    retryCodes: [
      grpcStatus.cancelled,
      grpcStatus.unknown,
      grpcStatus.deadlineExceeded,
      grpcStatus.resourceExhausted,
      grpcStatus.aborted,
      grpcStatus.internal,
      grpcStatus.unavailable,
    ],
    backoffSettings: {
      initialRetryDelayMillis: 100,
      retryDelayMultiplier: 2,
      maxRetryDelayMillis: 1_000,
      initialRpcTimeoutMillis: 5_000,
      rpcTimeoutMultiplier: 1,
      maxRpcTimeoutMillis: 5_000,
      totalTimeoutMillis: 10_000,
    },
  },
};

/** Options of a gRPC client for an emulator: no TLS, no credentials. @param host `host:port` */
export async function emulatorChannel(host: string) {
  const { default: gax } = await import('google-gax');
  const { hostname, port } = new URL(`http://${host}`);
  return { servicePath: hostname, port: Number(port), sslCreds: gax.grpc.credentials.createInsecure() };
}

/**
 * The gRPC status and text of an SDK's error. The error itself holds requests and credentials, so it is never passed on.
 * Without a status the call was never sent: credentials are missing.
 */
export function toStatusAndCause(error: unknown): { status: number | undefined; cause: string } {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return { status: typeof code === 'number' ? code : undefined, cause: truncate(String(message ?? error), 500) };
}
