/** A failure as a response: `application/problem+json` with a stable code, a safe sentence, and a trace id to quote. */

import type { ServerResponse } from 'node:http';
import { causeOf, Failure, type FailureCode, problemsOf, retryAfterMsOf, trackingIdOf } from '../domain/failure.ts';
import type { Log } from '../ports.ts';
import { isOperatorFault, statusOf } from './status.ts';

/** The body of a problem: RFC 9457 with `code`, `trace` and `errors`. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: FailureCode;
  trace: string;
  errors?: { pointer: string; detail: string }[];
}

/** When to try again, for temporary failures that name no time themselves. */
export const retryAfterSeconds: Partial<Record<FailureCode, number>> = {
  busy: 1,
  store_unavailable: 5,
  identity_unavailable: 5,
  queue_unavailable: 5,
  secrets_unavailable: 5,
  webex_unavailable: 60,
  webex_rate_limited: 60,
};

/** @param code `not_found` → `Not found` */
export function titleOf(code: FailureCode): string {
  const words = code.replaceAll('_', ' ');
  return words[0]!.toUpperCase() + words.slice(1);
}

export function problemBody(failure: Failure, trace: string): ProblemBody {
  const { code, message } = failure;
  const problems = problemsOf(failure);
  return {
    type: `urn:webex-customer-access:problem:${code}`,
    title: titleOf(code),
    status: statusOf[code],
    detail: message,
    code,
    trace,
    ...(problems && { errors: problems }),
  };
}

/**
 * Sends the failure. An unexpected error is sent as 500 without its own text; its cause goes to the log.
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export function sendProblem(response: ServerResponse, error: unknown, log: Log, trace: string): void {
  const failure = toFailure(error);
  const { code } = failure;
  const status = statusOf[code];
  // A caller must not learn how the product is broken.
  const visible = status === 500 ? new Failure('internal', unknown) : failure;
  if (status >= 500) {
    const facts = { code, trace, cause: causeOf(failure), trackingId: trackingIdOf(failure) };
    if (isOperatorFault(code)) log.error('request_failed', facts);
    else log.warn('request_failed', facts);
  }
  if (response.headersSent) {
    log.error('answer_cut', { code, trace });
    return;
  }
  const retryAfterMs = retryAfterMsOf(failure);
  const retryAfter = retryAfterMs === undefined ? retryAfterSeconds[code] : Math.max(1, Math.ceil(retryAfterMs / 1000));
  const text = JSON.stringify(problemBody(visible, trace));
  response.writeHead(status, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  });
  response.end(text);
}

const unknown = 'Something went wrong on our side.';

/** Anything thrown, as a failure. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Failure('internal', unknown, { cause });
}
