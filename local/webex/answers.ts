/** What a handler gives back, and the bodies in which Webex says that something went wrong. */

import { randomUUID } from 'node:crypto';

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  json?: unknown;
  html?: string;
  text?: string;
}

/** The error codes of OAuth that the token endpoint knows. @see https://datatracker.ietf.org/doc/html/rfc6749#section-5.2 */
export type OAuthError = 'invalid_request' | 'invalid_client' | 'invalid_grant' | 'unsupported_grant_type';

/** Thrown by handlers for every refusal. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: OAuthError | undefined;
  readonly headers: Record<string, string>;

  constructor(status: number, message: string, more: { code?: OAuthError; headers?: Record<string, string> } = {}) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.code = more.code;
    this.headers = more.headers ?? {};
  }
}

export const newTrackingId = () => `ROUTER_${randomUUID().toUpperCase()}`;

/** @see https://developer.webex.com/docs/basics#error-codes */
export function webexError(status: number, message: string, trackingId: string): Answer {
  return { status, json: { message, errors: [{ description: message }], trackingId } };
}

/** The page that a gateway in front of Webex answers with when Webex itself cannot. */
export function gatewayPage(status: number): Answer {
  const title = `${status} ${status >= 500 ? 'Service Temporarily Unavailable' : 'Page'}`;
  return {
    status,
    html: `<html>\r\n<head><title>${title}</title></head>\r\n<body><center><h1>${title}</h1></center></body>\r\n</html>\r\n`,
  };
}
