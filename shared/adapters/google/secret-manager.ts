/** The production secrets: Secret Manager. Every read asks for the newest version. */

import type { SecretManagerServiceClient } from '@google-cloud/secret-manager';
import { Failure } from '../../domain/failure.ts';
import { Secret } from '../../domain/secret.ts';
import { truncate } from '../../domain/truncate.ts';
import type { Secrets } from '../../ports.ts';
import { grpcStatus, retryOptions, toStatusAndCause } from './grpc-client.ts';

/** Adding is not repeated: two versions with one value would do no harm, but both cost money. */
const addTimeoutMs = 10_000;
/** The names that Secret Manager accepts. None of them can change the requested resource. */
const namePattern = /^[A-Za-z0-9_-]{1,255}$/;
/** The secret does not exist, or its newest version is disabled or destroyed. */
const missingStatuses = new Set<number | undefined>([grpcStatus.notFound, grpcStatus.failedPrecondition]);

export interface SecretManagerOptions {
  projectId: string;
  /** `host:port` of a stand-in that is spoken to over plain HTTP. */
  emulatorHost?: string;
}

/**
 * The secrets of a project. Terraform creates them without a value; `add` gives one a new version and keeps the older ones.
 * Uses REST, which starts faster than gRPC and suffices for a few small values. The SDK is loaded with the first call.
 * @throws Failure `secret_missing`, `secrets_unavailable`; `Error` for an invalid name
 * @see https://cloud.google.com/secret-manager/docs/reference/rest
 */
export function secretManagerSecrets({ projectId, emulatorHost }: SecretManagerOptions): Secrets {
  let connecting: Promise<SecretManagerServiceClient> | undefined;

  async function call<T>(
    name: string,
    work: (client: SecretManagerServiceClient, secret: string) => Promise<T>,
  ): Promise<T> {
    if (!namePattern.test(name)) throw new Error(`Not a secret's name: ${JSON.stringify(truncate(name, 100))}.`);
    try {
      connecting ??= connect(projectId, emulatorHost);
      return await work(await connecting, `projects/${projectId}/secrets/${name}`);
    } catch (error) {
      const { status, cause } = toStatusAndCause(error);
      if (status === undefined) connecting = undefined;
      if (missingStatuses.has(status))
        throw new Failure('secret_missing', `There is no secret named ${name}.`, { cause });
      throw new Failure('secrets_unavailable', 'The secrets cannot be reached at the moment.', { cause });
    }
  }

  return {
    read: (name) =>
      call(name, async (client, secret) => {
        const request = { name: `${secret}/versions/latest` };
        const [{ payload }] = await client.accessSecretVersion(request, retryOptions);
        return new Secret(Buffer.from(payload?.data ?? '').toString());
      }),
    add: (name, value) =>
      call(name, async (client, parent) => {
        const payload = { data: Buffer.from(value.reveal()) };
        await client.addSecretVersion({ parent, payload }, { timeout: addTimeoutMs });
      }),
  };
}

/** Every method of the client would initialize it by itself, but then a failure ends the process as an unhandled rejection. */
async function connect(projectId: string, emulatorHost: string | undefined): Promise<SecretManagerServiceClient> {
  const { default: manager } = await import('@google-cloud/secret-manager');
  const client = new manager.SecretManagerServiceClient({
    projectId,
    fallback: true,
    ...(emulatorHost && (await plainHttp(emulatorHost))),
  });
  await client.initialize();
  return client;
}

async function plainHttp(host: string) {
  const { default: auth } = await import('google-auth-library');
  const { hostname, port } = new URL(`http://${host}`);
  return { apiEndpoint: hostname, port: Number(port), protocol: 'http', authClient: new auth.PassThroughClient() };
}
