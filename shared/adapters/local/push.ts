/** Pushes a message of the embedded queue to an HTTP endpoint, in the form that Pub/Sub uses. */

import { request } from 'node:http';
import type { Row } from './sqlite-messages.ts';

/** The statuses that Pub/Sub accepts as an acknowledgement. @see https://cloud.google.com/pubsub/docs/push#receive_push */
const acknowledgements = new Set([102, 200, 201, 202, 204]);

/** Sends a message once. @returns whether the endpoint has acknowledged it */
export async function push(url: string, row: Row, deliveryAttempt: number, signal: AbortSignal): Promise<boolean> {
  const status = await post(url, pushBody(row, deliveryAttempt), signal);
  return status !== undefined && acknowledgements.has(status);
}

/** The body of a push. @see https://cloud.google.com/pubsub/docs/push#receive_push */
function pushBody(row: Row, deliveryAttempt: number): string {
  const id = String(row.id);
  const publishTime = new Date(row.published_at).toISOString();
  return JSON.stringify({
    message: {
      data: Buffer.from(row.data).toString('base64'),
      attributes: JSON.parse(row.attributes),
      messageId: id,
      message_id: id,
      publishTime,
      publish_time: publishTime,
    },
    subscription: `projects/local/subscriptions/${row.topic}`,
    deliveryAttempt,
  });
}

/** The status of the endpoint's response, or undefined. Uses Node's own client, because `fetch` waits at most five minutes. */
function post(url: string, body: string, signal: AbortSignal): Promise<number | undefined> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json' };
    request(url, { method: 'POST', headers, signal }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', () => resolve(undefined))
      .end(body);
  });
}
