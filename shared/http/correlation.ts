/** Ties every log line to the request that caused it, in one place for all functions. */

import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { parseTrace } from './trace.ts';

/**
 * From now on every request of this process has a context of its own. The returned function gives the log fields of the
 * current one.
 */
export function correlation(projectId: string): () => Record<string, unknown> {
  const current = new AsyncLocalStorage<Record<string, unknown>>();
  // Node publishes this before it calls the request's listeners, in the context that they inherit.
  subscribe('http.server.request.start', (message) => {
    const { request } = message as { request: IncomingMessage };
    current.enterWith(correlationFields(request.headers, projectId));
  });
  return () => current.getStore() ?? {};
}

/**
 * Cloud Logging's own fields, from headers that the platform sets; absent or malformed ones are left out.
 * @see https://cloud.google.com/logging/docs/agent/logging/configuration#special-fields
 */
export function correlationFields(headers: IncomingHttpHeaders, projectId: string): Record<string, unknown> {
  const prefix = 'logging.googleapis.com';
  const executionId = /^[\w-]{1,64}$/.exec(String(headers['function-execution-id'] ?? ''))?.[0];
  const trace = parseTrace(headers);
  return {
    ...(trace && {
      [`${prefix}/trace`]: `projects/${projectId}/traces/${trace.id}`,
      [`${prefix}/spanId`]: trace.spanId,
      [`${prefix}/trace_sampled`]: trace.sampled,
    }),
    ...(executionId && { [`${prefix}/labels`]: { execution_id: executionId } }),
  };
}
