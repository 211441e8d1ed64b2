/** Reads the platform's trace of a request: the name of the request in problems, logs and histories. */

import type { IncomingMessage } from 'node:http';

export interface Trace {
  id: string;
  spanId: string;
  sampled: boolean;
}

type Headers = IncomingMessage['headers'];

/**
 * The trace in the headers that the platform sets; undefined when they are absent or malformed.
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 * @see https://cloud.google.com/trace/docs/trace-context#legacy-http-header
 */
export function parseTrace(headers: Headers): Trace | undefined {
  return parseTraceparent(headers.traceparent) ?? parseCloudTrace(headers['x-cloud-trace-context']);
}

/** The id of the platform's trace, or a new one. */
export function traceOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  return parseTrace(headers)?.id ?? crypto.randomUUID().replaceAll('-', '');
}

function parseTraceparent(header: unknown): Trace | undefined {
  const [, id, spanId, flags] = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/.exec(String(header)) ?? [];
  if (!id || !spanId || !flags) return undefined;
  return { id, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** `TRACE/SPAN;o=1`, where the span is a decimal number. */
function parseCloudTrace(header: unknown): Trace | undefined {
  const [, id, span, option] = /^([0-9a-f]{32})\/(\d{1,20})(?:;o=(\d))?/.exec(String(header)) ?? [];
  if (!id || !span) return undefined;
  return { id, spanId: BigInt(span).toString(16).padStart(16, '0'), sampled: option === '1' };
}
