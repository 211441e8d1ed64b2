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

/** What every failure may tell the log beyond its message: never a token, never an SDK's error object. */
interface Caused {
  cause?: string;
}

/** Webex refused or did not answer; `trackingId` is Webex's name for the request. */
interface AtWebex extends Caused {
  trackingId?: string;
}

/** What a failure of each code carries besides its message. A code that is not listed carries a cause at most. */
interface Carried {
  /** All that is wrong with the request, at once. */
  invalid_request: { problems: Problem[] };
  already_exists: { problems: Problem[] };
  /** How long the caller should wait. */
  busy: Caused & { retryAfterMs?: number };
  authorization_not_valid: AtWebex;
  webex_unavailable: AtWebex;
  /** How long Webex asks us to wait. */
  webex_rate_limited: AtWebex & { retryAfterMs: number };
  webex_unauthorized: AtWebex;
  webex_forbidden: AtWebex;
  webex_not_found: AtWebex;
  webex_unexpected: AtWebex;
  grant_refused: AtWebex;
  client_refused: AtWebex;
}

type CarriedBy<Code extends FailureCode> = Code extends keyof Carried ? Carried[Code] : Caused;

/** A failure's code with the data of its own arm. */
export type FailureDetail = { [Code in FailureCode]: { code: Code } & CarriedBy<Code> }[FailureCode];

/** Whether a failure of this code needs data that the thrower must give. */
type Given<Code extends FailureCode> =
  Record<string, never> extends CarriedBy<Code> ? [carried?: CarriedBy<Code>] : [carried: CarriedBy<Code>];

/**
 * Thrown for everything that goes wrong on purpose. The message is safe to show to a caller; `detail` is a tagged union:
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

/** The failure's code, or `internal` for what nobody threw on purpose. */
export function codeOf(error: unknown): FailureCode {
  return error instanceof Failure ? error.code : 'internal';
}

/** How long the other side asks to wait, where it says so. */
export function retryAfterMsOf({ detail }: Failure): number | undefined {
  return 'retryAfterMs' in detail ? detail.retryAfterMs : undefined;
}

/** Webex's name for the failed request, where there is one. */
export function trackingIdOf({ detail }: Failure): string | undefined {
  return 'trackingId' in detail ? detail.trackingId : undefined;
}

/** All that is wrong with the request, where the failure says so. */
export function problemsOf({ detail }: Failure): Problem[] | undefined {
  return 'problems' in detail ? detail.problems : undefined;
}

/** What only the log may know. */
export function causeOf({ detail }: Failure): string | undefined {
  return 'cause' in detail ? detail.cause : undefined;
}
