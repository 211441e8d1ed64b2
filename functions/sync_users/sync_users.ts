/** Called by Pub/Sub: works on the sync, the purge or the operation that a message names. */

import type { CloudEvent } from '@google-cloud/functions-framework';
import * as z from 'zod/mini';
import { purgeCustomer } from '../../shared/customers/purge.ts';
import { guardFunction } from '../../shared/http/request-guard.ts';
import { continueOperation } from '../../shared/operations/slices.ts';
import type { Ports } from '../../shared/ports.ts';
import { runSync } from '../../shared/sync/run.ts';

const id = z.string().check(z.regex(/^[\w-]{1,128}$/));
const message = z.union([
  z.strictObject({ customer: id, sync: id }),
  z.strictObject({ customer: id, purge: z.literal(true) }),
  z.strictObject({ operation: id }),
]);

/** After this time an operation sends another message, well before the function's limit of 9 minutes. */
const operationMs = 5 * 60_000;

/**
 * The CloudEvent function `sync_users`. It throws only when a retry can help, because Pub/Sub then delivers the message
 * again. A message that can never succeed is logged and acknowledged.
 * @param shutdown aborts when the instance shuts down; then the run is left to another message
 */
export function syncUsers(ports: Ports, shutdown?: AbortSignal) {
  guardFunction(ports.log, { eventsOnly: true });
  return async (event: CloudEvent<unknown>): Promise<void> => {
    const parsed = message.safeParse(parseMessage(event.data));
    if (!parsed.success) {
      ports.log.error('message_not_valid', {
        id: event.id,
        problems: parsed.error.issues.map((issue) => issue.message),
      });
      return;
    }
    if ('purge' in parsed.data) await purgeCustomer(ports, parsed.data.customer);
    else if ('operation' in parsed.data) {
      await continueOperation(ports, parsed.data.operation, ports.clock.now() + operationMs);
    } else await runSync(ports, parsed.data.customer, parsed.data.sync, undefined, shutdown);
  };
}

/** The JSON of a Pub/Sub message: base64 in `message.data` of the event's data. */
function parseMessage(data: unknown): unknown {
  const text = (data as { message?: { data?: unknown } } | undefined)?.message?.data;
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
}
