/** Ties every log line to the request that it was written for: one place for all functions, whatever they log and where. */

import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/**
 * From now on every request of this process is a context of its own. The answer gives the facts of the current one.
 * @see https://cloud.google.com/logging/docs/agent/logging/configuration#special-fields
 */
export function correlation(projectId: string): () => Record<string, unknown> {
  const current = new AsyncLocalStorage<Record<string, unknown>>();
  // Published before the request's own listeners are called, in the context that all of them inherit.
  subscribe('http.server.request.start', (message) => {
    const { request } = message as { request: IncomingMessage };
    current.enterWith(correlationOf(request.headers, projectId));
  });
  return () => current.getStore() ?? {};
}

/**
 * Cloud Logging's own fields, from the headers that the platform sets; what is absent or malformed is left out.
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function correlationOf(headers: IncomingHttpHeaders, projectId: string): Record<string, unknown> {
  const prefix = 'logging.googleapis.com';
  const executionId = /^[\w-]{1,64}$/.exec(String(headers['function-execution-id'] ?? ''))?.[0];
  const trace = ofTraceparent(headers.traceparent) ?? ofCloudTrace(headers['x-cloud-trace-context']);
  return {
    ...(trace && {
      [`${prefix}/trace`]: `projects/${projectId}/traces/${trace.id}`,
      [`${prefix}/spanId`]: trace.spanId,
      [`${prefix}/trace_sampled`]: trace.sampled,
    }),
    ...(executionId && { [`${prefix}/labels`]: { execution_id: executionId } }),
  };
}

interface Trace {
  id: string;
  spanId: string;
  sampled: boolean;
}

function ofTraceparent(header: unknown): Trace | undefined {
  const [, id, spanId, flags] = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/.exec(String(header)) ?? [];
  if (!id || !spanId) return undefined;
  return { id, spanId, sampled: (Number.parseInt(flags!, 16) & 1) === 1 };
}

/** `TRACE/SPAN;o=1`, where the span is a decimal number. */
function ofCloudTrace(header: unknown): Trace | undefined {
  const [, id, span, option] = /^([0-9a-f]{32})\/(\d{1,20})(?:;o=(\d))?/.exec(String(header)) ?? [];
  if (!id || !span) return undefined;
  return { id, spanId: BigInt(span).toString(16).padStart(16, '0'), sampled: option === '1' };
}
