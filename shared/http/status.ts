/** The one table from failure to HTTP status. A new code does not compile until it is listed here. */

import type { FailureCode } from '../domain/failure.ts';

export const statusOf: Record<FailureCode, number> = {
  invalid_request: 400,
  unauthenticated: 401,
  permission_denied: 403,
  not_found: 404,
  method_not_allowed: 405,
  already_exists: 409,
  version_mismatch: 412,
  version_required: 428,
  cursor_expired: 410,
  idempotency_key_reused: 422,
  request_too_large: 413,
  unsupported_media_type: 415,
  request_timeout: 408,
  too_many_requests: 429,
  not_connected: 409,
  reauthorization_required: 409,
  busy: 409,
  link_not_valid: 410,
  authorization_not_valid: 400,
  authorization_cancelled: 200,
  wrong_organization: 403,
  administrator_required: 403,
  scopes_missing: 403,
  organization_connected: 409,
  webex_unavailable: 502,
  webex_rate_limited: 503,
  webex_unauthorized: 502,
  webex_forbidden: 502,
  webex_not_found: 502,
  webex_unexpected: 502,
  grant_refused: 502,
  client_refused: 502,
  // The caller can cure it: the proxy is in the customer's record.
  proxy_refused: 409,
  conflict: 409,
  store_unavailable: 503,
  identity_unavailable: 503,
  secret_missing: 500,
  secrets_unavailable: 503,
  queue_unavailable: 503,
  sealed_text_invalid: 500,
  configuration_invalid: 500,
  internal: 500,
};

/**
 * Whether the operator has to cure a failure: its log line is an error, and errors page the on-call engineer. What Webex or
 * a customer's grant causes (502, and Webex's rate limit) is not the operator's.
 */
export function isOperatorFault(code: FailureCode): boolean {
  return statusOf[code] >= 500 && statusOf[code] !== 502 && code !== 'webex_rate_limited';
}
