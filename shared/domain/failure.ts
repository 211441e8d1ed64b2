/** The only error class: a code that says what went wrong, with a message that is safe to show to a caller. */

export type FailureCode =
  // Caused by the request.
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
  | 'request_timeout'
  | 'too_many_requests'
  // Caused by the customer's state.
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
  | 'organization_connected'
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
  // Our own platform and configuration.
  | 'conflict'
  | 'store_unavailable'
  | 'identity_unavailable'
  | 'secret_missing'
  | 'secrets_unavailable'
  | 'queue_unavailable'
  | 'sealed_text_invalid'
  | 'configuration_invalid'
  | 'internal';

/** One error in a request: its place as a JSON pointer (RFC 6901), and what is wrong there. */
export interface Problem {
  pointer: string;
  detail: string;
}

/** Text for the log only. It never holds a token or an SDK's error object. */
interface Caused {
  cause?: string;
}

/** Webex refused or did not respond; `trackingId` is Webex's id of the request. */
interface AtWebex extends Caused {
  trackingId?: string;
}

/** The data of each code. A code that is not listed has a cause at most. */
interface Carried {
  /** All errors in the request. */
  invalid_request: { problems: Problem[] };
  already_exists: { problems: Problem[] };
  /** How long the caller should wait. */
  busy: Caused & { retryAfterMs?: number };
  too_many_requests: Caused & { retryAfterMs: number };
  authorization_not_valid: AtWebex;
  webex_unavailable: AtWebex & { retryAfterMs?: number };
  /** How long Webex asks us to wait. */
  webex_rate_limited: AtWebex & { retryAfterMs: number };
  webex_unauthorized: AtWebex;
  webex_forbidden: AtWebex;
  webex_not_found: AtWebex;
  webex_unexpected: AtWebex;
  /** `temporary`: the next try may succeed, as after an outage of Webex. */
  proxy_refused: Caused & { temporary?: true };
  grant_refused: AtWebex;
  client_refused: AtWebex;
}

type CarriedBy<Code extends FailureCode> = Code extends keyof Carried ? Carried[Code] : Caused;

/** A failure's code with the data of its own arm. */
export type FailureDetail = { [Code in FailureCode]: { code: Code } & CarriedBy<Code> }[FailureCode];

/** The constructor's last argument: required for a code that cannot do without its data. */
type Given<Code extends FailureCode> =
  Record<string, never> extends CarriedBy<Code> ? [carried?: CarriedBy<Code>] : [carried: CarriedBy<Code>];

/**
 * Thrown for every expected error. The message is safe to show to a caller; `detail` is a tagged union:
 * `if (failure.detail.code === 'webex_rate_limited') failure.detail.retryAfterMs`.
 */
export class Failure<Code extends FailureCode = FailureCode> extends Error {
  readonly code: Code;
  readonly detail: FailureDetail;

  constructor(code: Code, message: string, ...[carried]: Given<Code>) {
    super(message);
    this.name = 'Failure';
    this.code = code;
    this.detail = { ...carried, code } as unknown as FailureDetail;
  }
}

/** The failure's code, or `internal` for any other error. */
export function codeOf(error: unknown): FailureCode {
  return error instanceof Failure ? error.code : 'internal';
}

/** The error as a failure. An error that is not a `Failure` becomes `internal`, and its text goes to the log only. */
export function asFailure(error: unknown): Failure {
  return error instanceof Failure ? error : new Failure('internal', 'Something went wrong.', { cause: String(error) });
}

/** How long to wait before the next try, if the failure says so. */
export function retryAfterMsOf({ detail }: Failure): number | undefined {
  return 'retryAfterMs' in detail ? detail.retryAfterMs : undefined;
}

/** Whether nothing was refused: Webex, or the proxy on the way to it, did not respond, and the next try may succeed. */
export function isOutage({ detail }: Failure): boolean {
  return detail.code === 'webex_unavailable' || (detail.code === 'proxy_refused' && detail.temporary === true);
}

/** Webex's id of the failed request, if there is one. */
export function trackingIdOf({ detail }: Failure): string | undefined {
  return 'trackingId' in detail ? detail.trackingId : undefined;
}

/** All errors in the request, if the failure lists them. */
export function problemsOf({ detail }: Failure): Problem[] | undefined {
  return 'problems' in detail ? detail.problems : undefined;
}

/** Text for the log only. */
export function causeOf({ detail }: Failure): string | undefined {
  return 'cause' in detail ? detail.cause : undefined;
}
