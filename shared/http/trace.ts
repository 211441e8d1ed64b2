/** The name of a request, in problems, logs and histories. */

import type { IncomingMessage } from 'node:http';

/** The platform's trace of this request, or one of our own. @see https://www.w3.org/TR/trace-context/#traceparent-header */
export function traceOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(String(headers.traceparent ?? ''))?.[1];
  return given ?? crypto.randomUUID().replaceAll('-', '');
}
