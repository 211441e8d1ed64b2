/**
 * One visit of a browser to Webex, from its start to its outcome, and what a consent needs so that a customer can be
 * connected. Pure.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1 and https://www.rfc-editor.org/rfc/rfc7636
 */

import { createHash, randomBytes } from 'node:crypto';

import { Failure, type FailureCode } from './failure.ts';
import type { Authorizer } from './grant.ts';

/** How long a person may take at Webex: sign-in, second factor and consent. */
export const authorizationMs = 10 * 60_000;
/** How long a connect link can be opened. An authorization that started in time may still finish. */
export const linkMs = 15 * 60_000;
/**
 * How long an outcome can be shown again: long enough to paste the tokens, and short because the store holds them until
 * then.
 */
export const outcomeMs = 10 * 60_000;

/** What the browser holds in a sealed cookie while its user is at Webex. Only `state` appears in a URL. */
export interface PendingAuthorization {
  state: string;
  /** The PKCE code verifier. */
  verifier: string;
  /** The secret of the connect link; absent for the token page. */
  link?: string;
  /** Epoch ms. */
  endsAt: number;
  /** Why the latest callback brought no code. Here and not in the store, so that declined sign-ins write nothing. */
  failed?: FailedOutcome;
}

/** The document `connect_links/{hash of the secret}`. The secret itself is stored nowhere. Instants are epoch ms. */
export interface ConnectLink {
  customerId: string;
  /** Who created it. */
  by: string;
  createdAt: number;
  endsAt: number;
  /**
   * Set in the commit that stores the grant. Starting an authorization writes nothing, so a mail scanner cannot use up the
   * link.
   */
  usedAt?: number;
  expireAt: number;
}

/** The document `used_states/{hash of state}`: it exists once the state is used, and holds the outcome. Instants are epoch ms. */
export interface UsedState {
  usedAt: number;
  /** Which request exchanges the code; absent once the outcome is stored. */
  owner?: string;
  /** The hash of the code that used it, which tells a repeated callback from a second attempt. */
  code: string;
  /** The sealed `Outcome`; absent while Webex is asked, and after the user has cleared it. */
  outcome?: string;
  cleared?: boolean;
  expireAt: number;
}

/** What the browser shows at the end. Instants are epoch ms. */
export type Outcome =
  | {
      kind: 'tokens';
      /** Absent while Webex cannot confirm the owner of the tokens. */
      owner?: TokenOwner;
      accessToken: string;
      refreshToken: string;
      /** Absent if Webex gave no lifetime. */
      accessExpiresAt?: number;
      refreshExpiresAt?: number;
      /** Why no customer can be connected with these tokens, in sentences; empty if one can. */
      obstacles: string[];
    }
  | {
      kind: 'connected';
      customer: string;
      organizationName: string;
      authorizedBy: string;
      /** Absent if Webex gave no lifetime. */
      refreshExpiresAt?: number;
      /** The customer was connected before. */
      again: boolean;
    }
  /** Webex accepted the consent but cannot say yet who consented. The pair is verified later. */
  | { kind: 'unverified'; customer: string }
  | FailedOutcome;

/** Whose tokens the page shows. */
export type TokenOwner = Pick<Authorizer, 'organizationId' | 'organizationName' | 'email'>;

export interface FailedOutcome {
  kind: 'failed';
  code: FailureCode;
  message: string;
}

/** A secret of 256 random bits, for states, verifiers, links and forms. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Whether the text has the form of a `randomSecret`, so that made-up ones cost no read of the store. */
export function isRandomSecret(text: string): boolean {
  return /^[\w-]{43}$/.test(text);
}

/** SHA-256 in base64url: what is stored of a secret, and the PKCE challenge. @see https://www.rfc-editor.org/rfc/rfc7636#section-4.2 */
export function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** Names an authorization in its cookie and in the address of its outcome. Knowing the name gives access to nothing. */
export function publicName(state: string): string {
  return digest(state).slice(0, 16);
}

/** Whether the text has the form of a `publicName`. */
export function isPublicName(text: string): boolean {
  return /^[\w-]{16}$/.test(text);
}

/**
 * Why Webex sent the browser back without a code. Says so in our own words: anybody can write an `error_description`.
 * @param error the callback's `error` parameter
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1
 */
export function failureOfCallback(error: string): Failure {
  if (error === 'access_denied') {
    return new Failure('authorization_cancelled', 'You chose not to grant access at Webex. Nothing was changed.');
  }
  const known = new Map([
    [
      'invalid_scope',
      'Webex does not let this account grant the permissions that are needed. Sign in as a full administrator.',
    ],
    ['server_error', 'Webex reported a problem on its side. Try again in a few minutes.'],
    ['temporarily_unavailable', 'Webex is busy. Try again in a few minutes.'],
  ]);
  return new Failure('authorization_not_valid', known.get(error) ?? 'Webex did not complete the sign-in.');
}

/** The required scopes that were not granted. */
export function missingScopes(required: string[], granted: string[]): string[] {
  return required.filter((scope) => !granted.includes(scope));
}

/** Who consented, and to what. */
export interface Consent {
  authorizer: Authorizer;
  roles: string[];
  scopes: string[];
}

/** Everything that makes the consent useless for any customer, whatever its organization. */
export function obstacles({ authorizer, roles, scopes }: Consent, required: string[]): Failure[] {
  const missing = missingScopes(required, scopes);
  const { email, organizationName } = authorizer;
  return [
    ...(roles.length === 0
      ? [
          new Failure(
            'administrator_required',
            `${email} is not an administrator of the Webex organization ${organizationName}.`,
          ),
        ]
      : []),
    ...(missing.length > 0
      ? [new Failure('scopes_missing', `${email} of ${organizationName} did not grant: ${missing.join(', ')}.`)]
      : []),
  ];
}

/**
 * Refuses a consent that cannot connect the customer. The message names the account, its organization and what is missing.
 * @throws Failure `wrong_organization`, `administrator_required`, `scopes_missing`
 */
export function assertServes(
  consent: Consent,
  needs: { customer: string; accountNumber: string; scopes: string[] },
): void {
  const { email, organizationId, organizationName } = consent.authorizer;
  if (organizationId !== needs.accountNumber) {
    throw new Failure(
      'wrong_organization',
      `${email} belongs to the Webex organization ${organizationName} (${organizationId}). ` +
        `${needs.customer} needs an administrator of the organization ${needs.accountNumber}.`,
    );
  }
  const [first] = obstacles(consent, needs.scopes);
  if (first) throw first;
}
