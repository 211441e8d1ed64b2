/**
 * Answers requests that the functions framework refuses before it calls a function (a path that cannot be decoded, a broken
 * body). By itself it sends an HTML page with the error's message; here they become problems like all others.
 */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:http';
import type { Application, ErrorRequestHandler } from 'express';
import { Failure } from '../domain/failure.ts';
import type { Log } from '../ports.ts';
import { sendProblem } from './problem.ts';
import { traceOf } from './trace.ts';

/** Adds the error handler behind the framework's own middleware. Does nothing for another kind of server. */
export function installErrorHandler(server: Server, log: Log): void {
  const app = server.listeners('request').find((listener) => 'use' in listener) as Application | undefined;
  // Express recognizes an error handler by its four parameters.
  const handleError: ErrorRequestHandler = (error, request, response, _next) =>
    sendProblem(response, toRequestFailure(error), log, traceOf(request));
  app?.use(handleError);
}

/**
 * Does the same in a deployed function. The framework creates that server after it has loaded the function, so the server is
 * taken from the first request, which Node announces before any listener handles it.
 * @see https://nodejs.org/api/diagnostics_channel.html#event-httpserverrequeststart
 */
export function installErrorHandlerOnFirstRequest(log: Log): void {
  const channel = 'http.server.request.start';
  const onFirstRequest = (message: unknown) => {
    unsubscribe(channel, onFirstRequest);
    installErrorHandler((message as { server: Server }).server, log);
  };
  subscribe(channel, onFirstRequest);
}

/** The middleware's errors carry a `type` and a `status`. @see https://github.com/expressjs/body-parser#errors */
function toRequestFailure(error: unknown): unknown {
  const { type, status } = error as { type?: string; status?: number };
  const problems = (detail: string) => ({ problems: [{ pointer: '', detail }] });
  if (type === 'entity.parse.failed') {
    return new Failure('invalid_request', 'The body is not JSON.', problems('is not JSON'));
  }
  if (type === 'entity.too.large') return new Failure('request_too_large', 'The body is too large.');
  if (status === 415) {
    return new Failure('unsupported_media_type', 'The encoding or character set of the body is not supported.');
  }
  if (status !== undefined && status < 500) {
    return new Failure('invalid_request', 'The request cannot be read.', problems('cannot be read'));
  }
  return error;
}
