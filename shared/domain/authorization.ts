/** One browser authorization from GET TOKENS to its outcome, and what a consent must bring. Pure. */

import { createHash, randomBytes } from 'node:crypto';

import { Failure, type FailureCode } from './failure.ts';
import type { Authorizer } from './grant.ts';

/** A browser has this long between leaving for Webex and coming back. */
export const authorizationMs = 10 * 60_000;
/** A connect link lives this long; an authorization that began in time may still end. */
export const linkMs = 15 * 60_000;
/** An outcome is shown again this long: enough to paste the tokens, short enough to forget them. */
export const outcomeMs = 10 * 60_000;

/** What the sealed cookie carries; nothing of it is in any URL but `state`. */
export interface Authorization {
  state: string;
  verifier: string;
  /** The secret of the connect link that it serves; absent on the manual page. */
  link?: string;
  endsAt: number;
}

/** The document `connect_links/{hash}`: the link's secret itself is in no document. */
export interface ConnectLink {
  customerId: string;
  by: string;
  createdAt: number;
  endsAt: number;
  /** The hash of the browser's own secret, once one has begun: no second browser may go on. */
  browser?: string;
  usedAt?: number;
  expireAt: number;
}

/** The document `used_states/{hash of state}`: its existence says that the state is used; it holds what came of it. */
export interface UsedState {
  usedAt: number;
  /** The sealed `Outcome`; absent while Webex is being asked, and once the person has cleared it. */
  outcome?: string;
  cleared?: boolean;
  expireAt: number;
}

/** What the browser is shown in the end. Instants are epoch ms. */
export type Outcome =
  | {
      kind: 'tokens';
      organizationId: string;
      organizationName: string;
      authorizedBy: string;
      accessToken: string;
      refreshToken: string;
      /** Absent where Webex gives no lifetime. */
      accessExpiresAt?: number;
      refreshExpiresAt?: number;
      /** Why a customer could not be connected with these, in words; empty when it could. */
      shortcomings: string[];
    }
  | {
      kind: 'connected';
      customer: string;
      organizationName: string;
      authorizedBy: string;
      refreshExpiresAt?: number;
      again: boolean;
    }
  | { kind: 'failed'; code: FailureCode; message: string };

/** 256 bits that cannot be guessed, for states, verifiers, links and browsers. */
export function unguessable(): string {
  return randomBytes(32).toString('base64url');
}

/** Whether the text has the form that `unguessable` gives: anything else is not worth a look into the store. */
export function isUnguessable(text: string): boolean {
  return /^[\w-]{43}$/.test(text);
}

/** What is stored of a secret that only needs to be recognized; also the PKCE challenge (RFC 7636, section 4.2). */
export function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** The public name of an authorization: in the address of its outcome and in its cookie's name; it opens nothing. */
export function publicName(state: string): string {
  return digest(state).slice(0, 16);
}

/**
 * Why Webex sent the browser back without a code, in words of our own: its `error_description` is anybody's text.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1
 */
export function declined(error: string): Failure {
  if (error === 'access_denied') {
    return new Failure('authorization_cancelled', 'The authorization was cancelled at Webex. Nothing was changed.');
  }
  const known = new Map([
    ['invalid_scope', 'Webex does not give this account the access that is needed. Sign in as a full administrator.'],
    ['server_error', 'Webex had a problem of its own.'],
    ['temporarily_unavailable', 'Webex is busy.'],
  ]);
  return new Failure('authorization_not_valid', known.get(error) ?? 'Webex did not authorize the request.');
}

/** Scopes that a grant lacks. */
export function missingScopes(required: string[], granted: string[]): string[] {
  return required.filter((scope) => !granted.includes(scope));
}

export interface Consent {
  authorizer: Authorizer;
  roles: string[];
  scopes: string[];
}

/** Everything that keeps the consent from serving a customer, the organization aside. */
export function shortcomings({ authorizer, roles, scopes }: Consent, required: string[]): Failure[] {
  const missing = missingScopes(required, scopes);
  const who = `${authorizer.email} of ${authorizer.organizationName}`;
  return [
    ...(roles.length === 0
      ? [new Failure('administrator_required', `You signed in as ${who}, who is not an administrator there.`)]
      : []),
    ...(missing.length > 0
      ? [new Failure('scopes_missing', `The consent of ${who} lacks: ${missing.join(', ')}.`)]
      : []),
  ];
}

/**
 * Refuses a consent that cannot serve the customer, saying which organization was signed in and what is missing.
 * @throws Failure `wrong_organization`, `administrator_required`, `scopes_missing`
 */
export function assertServes(
  consent: Consent,
  needs: { customer: string; accountNumber: string; scopes: string[] },
): void {
  const { authorizer } = consent;
  if (authorizer.organizationId !== needs.accountNumber) {
    const signedIn = `You signed in as ${authorizer.email} of ${authorizer.organizationName} (${authorizer.organizationId})`;
    const wanted = `${needs.customer} is the organization ${needs.accountNumber}`;
    throw new Failure('wrong_organization', `${signedIn}, but ${wanted}.`);
  }
  const [first] = shortcomings(consent, needs.scopes);
  if (first) throw first;
}
