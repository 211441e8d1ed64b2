/** A failure as a response: `application/problem+json` with a stable code, safe words, and a trace id to ask us about. */

import type { Response } from 'express';
import { Failure } from '../domain/failure.ts';
import type { Log } from '../ports.ts';
import { statusOf } from './status.ts';

/**
 * Answers with the failure; what nobody threw on purpose answers 500 without a word of its own. The cause goes to the log.
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export function sendProblem(response: Response, error: unknown, log: Log, trace: string): void {
  const failure = toFailure(error);
  const status = statusOf[failure.code];
  const { problems, retryAfterMs, trackingId } = failure.facts;
  if (status >= 500) log.error('request_failed', { code: failure.code, trace, cause: failure.facts.cause, trackingId });
  if (status === 401) response.set('www-authenticate', 'Bearer');
  if (retryAfterMs !== undefined) response.set('retry-after', String(Math.ceil(retryAfterMs / 1000)));
  response.status(status).set('content-type', 'application/problem+json').set('cache-control', 'no-store');
  response.send(
    JSON.stringify({
      type: `urn:webex-customer-access:problem:${failure.code}`,
      title: failure.message,
      status,
      code: failure.code,
      trace,
      ...(problems && { errors: problems }),
    }),
  );
}

/** Anything thrown, as a failure. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Failure('internal', 'Something went wrong on our side.', { cause });
}
