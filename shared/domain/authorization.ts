/** One browser authorization from GET TOKENS to the callback, and what a consent must bring. Pure. */

import { createHash, randomBytes } from 'node:crypto';
import type { Authorizer } from './connection.ts';
import { Failure } from './failure.ts';

/** A browser has this long between leaving for Webex and coming back. */
export const authorizationMs = 10 * 60_000;
/** A connect link lives this long. */
export const linkMs = 15 * 60_000;

/** What the sealed cookie carries; nothing of it is in any URL but `state`. */
export interface Authorization {
  state: string;
  verifier: string;
  /** The hash of the connect link that it serves; absent on the manual page. */
  link?: string;
  endsAt: number;
}

/** The document `connect_links/{hash}`: the link's secret itself is nowhere. */
export interface ConnectLink {
  customerId: string;
  by: string;
  createdAt: number;
  endsAt: number;
  /** The hash of the browser's own secret, once one has begun: no second browser may go on. */
  browser?: string;
  expireAt: number;
}

/** 256 bits that cannot be guessed, for states, verifiers, links and browsers. */
export function unguessable(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a secret that only needs to be recognized; also the PKCE challenge (RFC 7636, section 4.2). */
export function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/**
 * Why Webex sent the browser back without a code, in words of our own: its `error_description` is anybody's text.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1
 */
export function declined(error: string): Failure {
  if (error === 'access_denied') {
    return new Failure('authorization_cancelled', 'The authorization was cancelled at Webex. Nothing was changed.');
  }
  const known: Record<string, string> = {
    invalid_scope: 'Webex does not allow this integration the access that it asked for.',
    server_error: 'Webex had a problem of its own.',
    temporarily_unavailable: 'Webex is busy.',
  };
  return new Failure('authorization_not_valid', known[error] ?? 'Webex did not authorize the request.');
}

/** Scopes that a grant lacks. */
export function missingScopes(required: string[], granted: string[]): string[] {
  return required.filter((scope) => !granted.includes(scope));
}

/**
 * Refuses a consent that cannot serve the customer, saying which organization was signed in and what is missing.
 * @throws Failure `wrong_organization`, `administrator_required`, `scopes_missing`
 */
export function assertServes(
  consent: { authorizer: Authorizer; roles: string[]; scopes: string[] },
  needs: { accountNumber: string; scopes: string[] },
): void {
  const { authorizer } = consent;
  const who = `${authorizer.email} of ${authorizer.organizationName}`;
  if (authorizer.organizationId !== needs.accountNumber) {
    const text = `You signed in as ${who}, but this customer is another Webex organization.`;
    throw new Failure('wrong_organization', text);
  }
  if (consent.roles.length === 0) {
    throw new Failure('administrator_required', `You signed in as ${who}, who is not an administrator there.`);
  }
  const missing = missingScopes(needs.scopes, consent.scopes);
  if (missing.length > 0) {
    throw new Failure('scopes_missing', `The consent of ${who} lacks: ${missing.join(', ')}.`);
  }
}
