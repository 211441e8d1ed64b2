/** The production queue: Pub/Sub topics. */

import type { v1 } from '@google-cloud/pubsub';
import { Failure } from '../../domain/failure.ts';
import type { Queue } from '../../ports.ts';
import { emulatorChannel, retryOptions, toStatusAndCause } from './grpc-client.ts';

export interface PubsubOptions {
  projectId: string;
  /** `host:port` of an emulator: no TLS, no credentials. */
  emulatorHost?: string;
}

/**
 * Publishes each message at once, without waiting for others to share a request with. The SDK is loaded with the first
 * message, because loading it takes longer than all other work of a starting function.
 */
export function pubsubQueue({ projectId, emulatorHost }: PubsubOptions): Queue & { close(): Promise<void> } {
  let connecting: Promise<v1.PublisherClient> | undefined;

  return {
    async publish(topic, { data, attributes }) {
      const message = { data: Buffer.from(JSON.stringify(data)), attributes };
      try {
        connecting ??= connect(projectId, emulatorHost);
        const client = await connecting;
        await client.publish({ topic: `projects/${projectId}/topics/${topic}`, messages: [message] }, retryOptions);
      } catch (error) {
        const { status, cause } = toStatusAndCause(error);
        if (status === undefined) connecting = undefined;
        throw new Failure('queue_unavailable', 'The message could not be queued.', { cause });
      }
    },
    async close() {
      const client = await connecting?.catch(() => undefined);
      await client?.close();
    },
  };
}

/** Every method of the client would initialize it by itself, but then a failure ends the process as an unhandled rejection. */
async function connect(projectId: string, emulatorHost: string | undefined): Promise<v1.PublisherClient> {
  const { default: pubsub } = await import('@google-cloud/pubsub');
  const client = new pubsub.v1.PublisherClient({
    projectId,
    ...(emulatorHost && (await emulatorChannel(emulatorHost))),
  });
  await client.initialize();
  return client;
}
