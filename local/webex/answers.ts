/** What a handler returns, and the bodies in which Webex reports an error. */

import { randomUUID } from 'node:crypto';
import type { Settings } from './settings.ts';

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  json?: unknown;
  html?: string;
  text?: string;
}

/** The token endpoint's errors. @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
export const oauthErrors = [
  'invalid_request',
  'invalid_client',
  'unauthorized_client',
  'invalid_grant',
  'invalid_scope',
  'unsupported_grant_type',
] as const;
export type OAuthError = (typeof oauthErrors)[number];

/** Thrown by handlers for every refusal. The message is the specific description of the error. */
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

/** Shortened from Webex's table of status codes. @see https://developer.webex.com/docs/basics */
const generalMessages: Record<number, string> = {
  400: 'The request was invalid or cannot be otherwise served.',
  401: 'Authentication credentials were missing or incorrect.',
  403: 'The request is understood, but it has been refused or access is not allowed.',
  404: 'The URI requested is invalid or the resource requested does not exist.',
  405: 'The request was made to a resource using an HTTP request method that is not supported.',
  429: 'Too many requests have been sent in a given amount of time and the request has been rate limited.',
  500: 'Something went wrong on the server.',
  502: 'The server received an invalid response from an upstream server while processing the request.',
  503: 'Server is overloaded with requests.',
  504: 'An upstream server failed to respond on time.',
};

/** Webex's own error body, with as much of the description as `errorText` allows. */
export function webexError(
  status: number,
  description: string,
  { errorText }: Pick<Settings, 'errorText'>,
  trackingId: string,
): Answer {
  const general = generalMessages[status] ?? `The request failed with status ${status}.`;
  const message = errorText === 'specific' ? description : general;
  return { status, json: { message, ...(errorText === 'both' && { errors: [{ description }] }), trackingId } };
}

/** A refusal in one of Webex's two error bodies. Only the token endpoint's errors have a code, and so a choice. */
export function toErrorAnswer(
  { status, code, message, headers }: Refusal,
  settings: Pick<Settings, 'errorBody' | 'errorText'>,
  trackingId: string,
): Answer {
  const answer =
    code && settings.errorBody === 'oauth'
      ? { status, json: { error: code, error_description: message } }
      : webexError(status, message, settings, trackingId);
  return { ...answer, headers };
}

/** The page that a gateway in front of Webex sends when Webex itself does not answer. */
export function gatewayPage(status: number): Answer {
  const title = `${status} ${status >= 500 ? 'Service Temporarily Unavailable' : 'Page'}`;
  return {
    status,
    html: `<html>\r\n<head><title>${title}</title></head>\r\n<body><center><h1>${title}</h1></center></body>\r\n</html>\r\n`,
  };
}
