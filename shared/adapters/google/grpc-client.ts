/**
 * What our uses of Google's generated clients have in common: patience, emulators, and what is left of their errors.
 * They are CommonJS: imported later on, their names are on `default` alone once they are bundled.
 */

/** For calls that the SDK may repeat, in place of its ten minutes: each attempt, and all of them together. */
export const patience = {
  retry: {
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
 * An SDK error's gRPC status and text. The error itself holds requests and credentials and is never passed on.
 * Without a status it never came to a call: there are no credentials, and a client that looked in vain never looks again.
 */
export function remains(error: unknown): { status: number | undefined; cause: string } {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return { status: typeof code === 'number' ? code : undefined, cause: String(message ?? error).slice(0, 500) };
}
