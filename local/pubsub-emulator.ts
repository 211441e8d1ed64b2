/** Creates topics and subscriptions on the Pub/Sub emulator like those of the deployment, over its REST interface. */

export interface PushSettings {
  minBackoffMs?: number;
  maxBackoffMs?: number;
  maxAttempts?: number;
}

/**
 * Creates a topic and, with `endpoint`, a push subscription to `{endpoint}/projects/P/topics/T`. Its dead letters go to the
 * subscription `{topic}-dead`.
 * @param host `host:port` of the emulator
 */
export async function createTopic(
  host: string,
  project: string,
  topic: string,
  endpoint?: string,
  { minBackoffMs = 1_000, maxBackoffMs = 600_000, maxAttempts = 10 }: PushSettings = {},
): Promise<void> {
  const name = `projects/${project}/topics/${topic}`;
  await call(host, 'PUT', name, {});
  if (endpoint === undefined) return;
  const dead = `projects/${project}/topics/${topic}-dead`;
  await call(host, 'PUT', dead, {});
  await call(host, 'PUT', `projects/${project}/subscriptions/${topic}-dead`, { topic: dead });
  await call(host, 'PUT', `projects/${project}/subscriptions/${topic}`, {
    topic: name,
    ackDeadlineSeconds: 600,
    pushConfig: { pushEndpoint: `${endpoint}/${name}` },
    retryPolicy: { minimumBackoff: `${minBackoffMs / 1000}s`, maximumBackoff: `${maxBackoffMs / 1000}s` },
    deadLetterPolicy: { deadLetterTopic: dead, maxDeliveryAttempts: maxAttempts },
  });
}

/** Pulls up to 100 messages from a subscription and returns their data. */
export async function pull(host: string, project: string, subscription: string): Promise<unknown[]> {
  const answer = (await call(host, 'POST', `projects/${project}/subscriptions/${subscription}:pull`, {
    maxMessages: 100,
    returnImmediately: true,
  })) as { receivedMessages?: { message: { data: string } }[] };
  return (answer.receivedMessages ?? []).map(({ message }) =>
    JSON.parse(Buffer.from(message.data, 'base64').toString()),
  );
}

async function call(host: string, method: string, name: string, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`http://${host}/v1/${name}`, { method, headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${name}: ${response.status} ${text.slice(0, 500)}`);
  return JSON.parse(text);
}
