/** The one error class: what went wrong as a code from one union, with a message that is safe to show a caller. */

export type FailureCode =
  // The caller's doing.
  | 'invalid_request'
  | 'unauthenticated'
  | 'permission_denied'
  | 'not_found'
  | 'method_not_allowed'
  | 'already_exists'
  | 'version_mismatch'
  | 'version_required'
  | 'cursor_expired'
  | 'idempotency_key_reused'
  | 'request_too_large'
  | 'unsupported_media_type'
  // The state of the customer.
  | 'not_connected'
  | 'reauthorization_required'
  | 'busy'
  // The token page and connect links.
  | 'link_not_valid'
  | 'authorization_not_valid'
  | 'authorization_cancelled'
  | 'wrong_organization'
  | 'administrator_required'
  | 'scopes_missing'
  // Webex.
  | 'webex_unavailable'
  | 'webex_rate_limited'
  | 'webex_unauthorized'
  | 'webex_forbidden'
  | 'webex_not_found'
  | 'webex_unexpected'
  | 'grant_refused'
  | 'client_refused'
  | 'proxy_refused'
  // Our own platform.
  | 'conflict'
  | 'store_unavailable'
  | 'identity_unavailable'
  | 'secret_missing'
  | 'secrets_unavailable'
  | 'queue_unavailable'
  | 'sealed_text_invalid'
  | 'configuration_invalid'
  | 'internal';

/** One thing that is wrong with a request: where (JSON pointer, RFC 6901) and what. */
export interface Problem {
  pointer: string;
  detail: string;
}

export interface FailureFacts {
  /** All that is wrong with the request, at once. */
  problems?: Problem[];
  /** How long the other side asks us to wait. */
  retryAfterMs?: number;
  /** Webex's name for the failed request. */
  trackingId?: string;
  /** What the log may know beyond the message: never a token, never an SDK's error object. */
  cause?: string;
}

/** Thrown for everything that goes wrong on purpose. The message is for the caller; `facts.cause` is for the log. */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly facts: FailureFacts;

  constructor(code: FailureCode, message: string, facts: FailureFacts = {}) {
    super(message);
    this.name = 'Failure';
    this.code = code;
    this.facts = facts;
  }
}

/** The failure's code, or `internal` for what nobody threw on purpose. */
export function codeOf(error: unknown): FailureCode {
  return error instanceof Failure ? error.code : 'internal';
}
