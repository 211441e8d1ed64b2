/** Converts responses other than 2xx to failures: the one place that decides what a refusal of Webex means. Pure. */

import { Failure } from '../../domain/failure.ts';
import { truncate } from '../../domain/truncate.ts';
import { fieldsOf, textOf } from './fields.ts';
import { trackingIdOf, type WebexResponse } from './responses.ts';

/** How long to wait when Webex limits us: as it asks, within these bounds. */
const retryAfter = { absentMs: 15_000, minMs: 1_000, maxMs: 3_600_000 };

/**
 * 4xx that a retry can cure: the request arrived too slowly, too early or on the connection of another host, or a gateway
 * gave up on it.
 */
const temporaryStatuses = new Set([408, 421, 425, 499]);

type PlainCode =
  | 'webex_unauthorized'
  | 'webex_forbidden'
  | 'webex_not_found'
  | 'webex_unexpected'
  | 'client_refused'
  | 'grant_refused';

/**
 * The failure for a refused call of the API.
 * @param now epoch ms; `Retry-After` may be a date
 */
export function toFailure(response: WebexResponse, now: number): Failure {
  const { status } = response;
  const fail = (code: PlainCode, message: string) => new Failure(code, message, logFacts(response));
  const retryAfterMs = toRetryAfterMs(response.header('retry-after'), now);
  if (status === 429 || status === 423) {
    const facts = { ...logFacts(response), retryAfterMs: retryAfterMs ?? retryAfter.absentMs };
    return new Failure('webex_rate_limited', 'Webex limits our requests.', facts);
  }
  if (isTemporary(response)) {
    const facts = { ...logFacts(response), ...(retryAfterMs !== undefined && { retryAfterMs }) };
    return new Failure('webex_unavailable', `Webex is not available (status ${status}).`, facts);
  }
  if (status === 401) return fail('webex_unauthorized', 'Webex does not accept the access token.');
  // A user without an administrator role who lists people gets 400, and so does an administrator who has lost the role.
  const isRoleMissing = status === 400 && /email, displayname, or id list should be/i.test(errorText(response));
  if (status === 403 || isRoleMissing)
    return fail('webex_forbidden', 'Webex denies access: a scope or an administrator role is missing.');
  if (status === 404) return fail('webex_not_found', 'Webex does not find what was requested.');
  return fail('webex_unexpected', `Webex refused the request with status ${status}.`);
}

/** A web page in place of JSON comes from a gateway in front of Webex, not from its API. */
function isTemporary(response: WebexResponse): boolean {
  const { status } = response;
  if (status < 400 || status >= 500 || temporaryStatuses.has(status)) return true;
  return status !== 401 && isHtml(response);
}

function isHtml({ header }: WebexResponse): boolean {
  return /^text\/html\b/i.test(header('content-type') ?? '');
}

/**
 * The failure for a refused token request. It is `grant_refused` only when the response says that the grant itself is dead;
 * no other refusal ends a connection.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2
 */
export function toTokenFailure(response: WebexResponse, now: number): Failure {
  const general = toFailure(response, now);
  if (general.code === 'webex_rate_limited' || general.code === 'webex_unavailable') return general;
  const refused = refusedParty(response);
  if (refused === 'client') {
    const message = 'Webex does not accept the credentials of this integration.';
    return new Failure('client_refused', message, logFacts(response));
  }
  if (refused === 'grant') {
    const message = 'Webex refuses the token or code: it has expired or was revoked.';
    return new Failure('grant_refused', message, logFacts(response));
  }
  const message = `Webex refused the token request with status ${response.status}.`;
  return new Failure('webex_unexpected', message, logFacts(response));
}

const refusedWords = String.raw`(expired|revoked|malformed|invalid|incorrect|wrong|unknown|mismatch|disabled|failed|rejected|denied|(not|isn't|doesn't)\s+(be\s+)?(valid|found|known|exist|match|authorized|recognized))`;
const grantWords = '(refresh|authorization|auth)[ _-]?(token|code)|grant(?! type)';
const clientWords = 'client([ _-]?(id|secret|credentials?|authentication))?|integration';
/** Within one sentence, in either order: "The refresh token is invalid", "Invalid refresh token". */
const refuses = (words: string) =>
  new RegExp(String.raw`\b(${words})\b[^.;]*\b${refusedWords}\b|\b${refusedWords}\s+(${words})\b`, 'i');
const [refusesGrant, refusesClient] = [refuses(grantWords), refuses(clientWords)];

/**
 * Whether a token response refuses the client or the grant. Webex has two forms of a refusal. Only one has RFC 6749's
 * `error`; in the other one the text decides. `invalid_request` never means the grant, because a part of the request may
 * have been lost on its way.
 */
function refusedParty(response: WebexResponse): 'client' | 'grant' | undefined {
  if (![400, 401, 403].includes(response.status)) return undefined;
  const error = textOf(fieldsOf(response.body).error)?.toLowerCase();
  if (error === 'invalid_client' || error === 'unauthorized_client') return 'client';
  if (error === 'invalid_grant') return response.status === 403 ? undefined : 'grant';
  if (error === 'invalid_request') return undefined;
  const text = errorText(response);
  if (/\b(invalid|unauthorized)[ _]client\b/i.test(text)) return 'client';
  if (refusesGrant.test(text)) return response.status === 403 ? undefined : 'grant';
  return refusesClient.test(text) ? 'client' : undefined;
}

/** What Webex says about an error, in either form. */
function errorText(response: WebexResponse): string {
  const body = fieldsOf(response.body);
  const nested = fieldsOf(body.error);
  const descriptions = Array.isArray(body.errors) ? body.errors.map((each) => textOf(fieldsOf(each).description)) : [];
  const parts = [body.error, body.error_description, nested.code, nested.message, body.message].map(textOf);
  return (
    [...parts, ...descriptions]
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

/** Seconds or a date (RFC 9110, section 10.2.3), within our bounds; undefined for anything else. */
function toRetryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  const requested = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : dateMs(text) - now;
  if (Number.isNaN(requested)) return undefined;
  return Math.min(retryAfter.maxMs, Math.max(retryAfter.minMs, Math.ceil(requested)));
}

/** Epoch ms of an HTTP date such as `Sun, 06 Nov 1994 08:49:37 GMT`. `Date.parse` alone would take `-5` for a year. */
function dateMs(text: string): number {
  return /^[A-Z][a-z]+, .* GMT$/.test(text) ? Date.parse(text) : Number.NaN;
}
