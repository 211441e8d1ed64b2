/** The production secrets: Secret Manager, asked for the newest version with every read. */

import type { SecretManagerServiceClient } from '@google-cloud/secret-manager';
import { Failure } from '../../domain/failure.ts';
import { Secret } from '../../domain/secret.ts';
import type { Secrets } from '../../ports.ts';
import { patience, remains } from './grpc-client.ts';

/** Adding is not repeated: two versions with one value would do no harm, but cost. */
const addTimeoutMs = 10_000;
/** What Secret Manager takes as a name: nothing that could change the resource asked for. */
const namePattern = /^[A-Za-z0-9_-]{1,255}$/;
/** gRPC's status NOT_FOUND, and FAILED_PRECONDITION: the newest version is disabled or destroyed. */
const missing = new Set([5, 9]);

export interface SecretManagerOptions {
  projectId: string;
  /** `host:port` of a stand-in that is spoken to over plain HTTP. */
  emulatorHost?: string;
}

/**
 * Secrets of a project. They must exist (Terraform makes them without a value); `add` gives one a new version and leaves
 * the older ones. Over REST, which is quicker to start than gRPC and enough for a few small values.
 * The SDK is loaded with the first call.
 * @throws Failure `secret_missing`, `secrets_unavailable`; `Error` for what is no name
 * @see https://cloud.google.com/secret-manager/docs/reference/rest
 */
export function secretManagerSecrets({ projectId, emulatorHost }: SecretManagerOptions): Secrets {
  let connecting: Promise<SecretManagerServiceClient> | undefined;

  async function call<T>(
    name: string,
    work: (client: SecretManagerServiceClient, secret: string) => Promise<T>,
  ): Promise<T> {
    if (!namePattern.test(name)) throw new Error(`Not a secret's name: ${JSON.stringify(name.slice(0, 100))}.`);
    try {
      connecting ??= connect(projectId, emulatorHost);
      return await work(await connecting, `projects/${projectId}/secrets/${name}`);
    } catch (error) {
      const { status, cause } = remains(error);
      if (status === undefined) connecting = undefined;
      if (missing.has(Number(status)))
        throw new Failure('secret_missing', `There is no secret named ${name}.`, { cause });
      throw new Failure('secrets_unavailable', 'The secrets cannot be reached at the moment.', { cause });
    }
  }

  return {
    read: (name) =>
      call(name, async (client, secret) => {
        const request = { name: `${secret}/versions/latest` };
        const [{ payload }] = await client.accessSecretVersion(request, patience);
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
    ...(emulatorHost && (await plain(emulatorHost))),
  });
  await client.initialize();
  return client;
}

async function plain(host: string) {
  const { default: auth } = await import('google-auth-library');
  const { hostname, port } = new URL(`http://${host}`);
  return { apiEndpoint: hostname, port: Number(port), protocol: 'http', authClient: new auth.PassThroughClient() };
}
