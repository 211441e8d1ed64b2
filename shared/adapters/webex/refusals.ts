/** Converts responses other than 2xx to failures: the one place that decides what a refusal of Webex means. Pure. */

import { Failure } from '../../domain/failure.ts';
import { truncate } from '../../domain/truncate.ts';
import { fieldsOf, textOf } from './fields.ts';
import { trackingIdOf, type WebexResponse } from './responses.ts';

/** How long to wait when Webex limits us: as it asks, within these bounds. */
const retryAfter = { absentMs: 15_000, minMs: 1_000, maxMs: 3_600_000 };

type PlainCode =
  | 'webex_unauthorized'
  | 'webex_forbidden'
  | 'webex_not_found'
  | 'webex_unexpected'
  | 'webex_unavailable'
  | 'client_refused'
  | 'grant_refused';

/** The failure for a refused call of the API. */
export function toFailure(response: WebexResponse): Failure {
  const { status } = response;
  const fail = (code: PlainCode, message: string) => new Failure(code, message, logFacts(response));
  if (status === 429 || status === 423) {
    const retryAfterMs = toRetryAfterMs(response.header('retry-after'));
    return new Failure('webex_rate_limited', 'Webex limits our requests.', { ...logFacts(response), retryAfterMs });
  }
  if (status === 401) return fail('webex_unauthorized', 'Webex does not accept the access token.');
  // A user without an administrator role who lists people gets 400, and so does an administrator who has lost the role.
  const isRoleMissing = status === 400 && /email, displayname, or id list should be/i.test(errorText(response));
  if (status === 403 || isRoleMissing)
    return fail('webex_forbidden', 'Webex denies access: a scope or an administrator role is missing.');
  if (status === 404) return fail('webex_not_found', 'Webex does not find what was requested.');
  if (status >= 400 && status < 500)
    return fail('webex_unexpected', `Webex refused the request with status ${status}.`);
  return fail('webex_unavailable', `Webex is not available (status ${status}).`);
}

/**
 * The failure for a refused request of tokens. Only a response that says that the grant itself is dead is `grant_refused`;
 * an unknown refusal never costs a customer the connection.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2
 */
export function toTokenFailure(response: WebexResponse): Failure {
  const general = toFailure(response);
  if (general.code === 'webex_rate_limited' || general.code === 'webex_unavailable') return general;
  const fail = (code: PlainCode, message: string) => new Failure(code, message, logFacts(response));
  const error = textOf(fieldsOf(response.body).error);
  if (error === 'invalid_client' || error === 'unauthorized_client') {
    return fail('client_refused', 'Webex does not accept the credentials of this integration.');
  }
  const isDead = /refresh[ _]?token\b.*\b(expired|revoked|malformed|invalid)/i.test(errorText(response));
  const namesGrant = error === 'invalid_grant' || error === 'invalid_request' || isDead;
  if ((response.status === 400 || response.status === 401) && namesGrant) {
    return fail('grant_refused', 'Webex refuses the refresh token: it has expired or was revoked.');
  }
  return fail('webex_unexpected', `Webex refused the token request with status ${response.status}.`);
}

/** What Webex says about an error, from either of its two bodies. */
function errorText(response: WebexResponse): string {
  const body = fieldsOf(response.body);
  const descriptions = Array.isArray(body.errors) ? body.errors.map((each) => textOf(fieldsOf(each).description)) : [];
  return (
    [textOf(body.error), textOf(body.error_description), textOf(body.message), ...descriptions]
      .filter((part) => part !== undefined)
      .join('; ')
      // The text goes to the log, so anything that could be a token is removed.
      .replace(/[\w~+/-]{32,}/g, '[redacted]')
  );
}

function logFacts(response: WebexResponse) {
  const cause = `status ${response.status}: ${truncate(errorText(response), 200)}`;
  return { ...trackingIdOf(response), cause };
}

function toRetryAfterMs(header: string | undefined): number {
  const requested = header !== undefined && /^\d+$/.test(header.trim()) ? Number(header) * 1000 : retryAfter.absentMs;
  return Math.min(retryAfter.maxMs, Math.max(retryAfter.minMs, requested));
}
