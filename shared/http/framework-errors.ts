/**
 * Answers requests that the functions framework or Express refuse by themselves. Without it they send an HTML page with the
 * error's message, and print the stack to standard error, where it counts as an error on our side.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Application, ErrorRequestHandler } from 'express';
import { Failure } from '../domain/failure.ts';

/** Adds the error handler behind the framework's own middleware. */
export function installErrorHandler(
  app: Application,
  answer: (request: IncomingMessage, response: ServerResponse, error: unknown) => void,
): void {
  // Express recognizes an error handler by its four parameters.
  const handleError: ErrorRequestHandler = (error, request, response, _next) =>
    answer(request, response, toRequestFailure(error));
  app.use(handleError);
}

/** The middleware's errors carry a `status`. @see https://github.com/expressjs/body-parser#errors */
function toRequestFailure(error: unknown): unknown {
  const { status } = error as { status?: number };
  if (status === undefined || status >= 500) return error;
  if (status === 413) return new Failure('request_too_large', 'The body is too large.');
  if (status === 415) {
    return new Failure('unsupported_media_type', 'The encoding or character set of the body is not supported.');
  }
  return new Failure('invalid_request', 'The request cannot be read.', {
    problems: [{ pointer: '', detail: 'cannot be read' }],
  });
}
