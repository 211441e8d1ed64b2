/**
 * What the functions framework refuses by itself, before any function is called (a body that is not JSON, an encoding that
 * it does not know, a path that cannot be decoded), it answers as an HTML page. Here these become problems like all others.
 */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:http';
import type { Application, ErrorRequestHandler } from 'express';
import { Failure } from '../domain/failure.ts';
import type { Log } from '../ports.ts';
import { sendProblem } from './problem.ts';
import { traceOf } from './trace.ts';

/** Puts the error handler behind the framework's own middleware. Does nothing for a server that is not the framework's. */
export function answerUnparsed(server: Server, log: Log): void {
  const app = server.listeners('request').find((listener) => 'use' in listener) as Application | undefined;
  // Express tells an error handler by its four parameters.
  const answer: ErrorRequestHandler = (error, request, response, _next) =>
    sendProblem(response, refusal(error), log, traceOf(request));
  app?.use(answer);
}

/**
 * The same for the deployed function, whose server the framework makes after it has loaded us: taken from the first
 * request, which Node announces before anybody handles it.
 * @see https://nodejs.org/api/diagnostics_channel.html#event-httpserverrequeststart
 */
export function answerUnparsedOfFramework(log: Log): void {
  const channel = 'http.server.request.start';
  const onRequest = (message: unknown) => {
    unsubscribe(channel, onRequest);
    answerUnparsed((message as { server: Server }).server, log);
  };
  subscribe(channel, onRequest);
}

/** The middleware's errors carry a `type` and a `status`. @see https://github.com/expressjs/body-parser#errors */
function refusal(error: unknown): unknown {
  const { type, status } = error as { type?: string; status?: number };
  const problems = (detail: string) => ({ problems: [{ pointer: '', detail }] });
  if (type === 'entity.parse.failed') {
    return new Failure('invalid_request', 'The body is not JSON.', problems('is not JSON'));
  }
  if (type === 'entity.too.large') return new Failure('request_too_large', 'The body is too large.');
  if (status === 415) return new Failure('unsupported_media_type', 'This encoding or character set is not taken.');
  if (status !== undefined && status < 500) {
    return new Failure('invalid_request', 'The request cannot be read.', problems('cannot be read'));
  }
  return error;
}
