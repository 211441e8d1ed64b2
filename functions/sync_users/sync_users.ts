/** Called by Pub/Sub: works on the sync, the removal or the operation that a message names. What no retry can cure is acknowledged with a log line. */

import type { CloudEvent } from '@google-cloud/functions-framework';
import * as z from 'zod/mini';
import { purgeCustomer } from '../../shared/customers/purge.ts';
import { continueOperation } from '../../shared/operations/operations.ts';
import type { Ports } from '../../shared/ports.ts';
import { runSync } from '../../shared/sync/run.ts';

const id = z.string().check(z.regex(/^[\w-]{1,128}$/));
const message = z.union([
  z.strictObject({ customer: id, sync: id }),
  z.strictObject({ customer: id, purge: z.literal(true) }),
  z.strictObject({ operation: id }),
]);

/** An operation asks for another message after this: well inside the 9 minutes that a function has. */
const operationMs = 5 * 60_000;

/**
 * The CloudEvent function `sync_users`. It throws, and so has the message redelivered, only for what a retry can cure.
 * @param ending aborted when the instance is told to end: then the run is left to another message
 */
export function syncUsers(ports: Ports, ending?: AbortSignal) {
  return async (event: CloudEvent<unknown>): Promise<void> => {
    const parsed = message.safeParse(decoded(event.data));
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
    } else await runSync(ports, parsed.data.customer, parsed.data.sync, undefined, ending);
  };
}

/** The JSON in a Pub/Sub message: `data` is base64 in the `message` of the event's data. */
function decoded(data: unknown): unknown {
  const text = (data as { message?: { data?: unknown } } | undefined)?.message?.data;
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
}
