/** Verifies who owns a new pair before it is used for anything else. Stores nothing. */

import { assertServes, type Consent } from '../domain/authorization.ts';
import type { Customer } from '../domain/customer.ts';
import { proxiesOf } from '../domain/customer.ts';
import { asFailure, type Failure, type FailureCode, retryAfterMsOf } from '../domain/failure.ts';
import type { Secret } from '../domain/secret.ts';
import { second } from '../domain/time.ts';
import type { Ports } from '../ports.ts';
import { identify } from './identify.ts';

/** Waits between tries: a new token takes a moment to reach all of Webex, so the first calls with it may fail. */
const pausesMs = [0.5 * second, 1.5 * second];
/** The longest `Retry-After` to wait for, because a person is looking at the page. */
const longestPauseMs = 3 * second;

/** The pair cannot serve this customer; trying again changes nothing. */
const finalCodes: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'wrong_organization',
  'administrator_required',
  'scopes_missing',
  'organization_connected',
]);

export function isRejection(code: FailureCode): boolean {
  return finalCodes.has(code);
}

/** Answers that the first calls with a good token sometimes get, such as an empty list of roles. */
const passing: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'webex_unauthorized',
  'webex_not_found',
  'webex_unavailable',
  'webex_rate_limited',
  'administrator_required',
]);

/**
 * Who consented, if the pair may serve the customer; up to three tries within seconds.
 * @throws Failure `wrong_organization`, `administrator_required`, `scopes_missing` for a pair that cannot serve the
 *   customer; Webex's codes when Webex does not answer
 */
export async function verifyGrant(
  ports: Ports,
  pair: { accessToken: Secret; scopes?: string[] | undefined },
  customer: Customer,
): Promise<Consent> {
  const { settings } = ports;
  const { name, accountNumber } = customer;
  return withRetries(ports, async () => {
    const consent = await identify(ports, pair, proxiesOf(customer));
    assertServes(consent, { customer: name, accountNumber, scopes: settings.requiredScopes });
    return consent;
  });
}

/** The owner of the tokens, for a person who only wants to see them; with the same tries. */
export function identifyWithRetries(
  ports: Ports,
  pair: { accessToken: Secret; scopes?: string[] | undefined },
): Promise<Consent> {
  return withRetries(ports, () => identify(ports, pair));
}

async function withRetries<T>({ clock }: Pick<Ports, 'clock'>, ask: () => Promise<T>): Promise<T> {
  for (const pauseMs of pausesMs) {
    try {
      return await ask();
    } catch (error) {
      const wait = waitAfter(asFailure(error), pauseMs);
      if (wait === undefined) throw error;
      await clock.sleep(wait);
    }
  }
  return ask();
}

function waitAfter(failure: Failure, pauseMs: number): number | undefined {
  if (!passing.has(failure.code)) return undefined;
  const wait = Math.max(pauseMs, retryAfterMsOf(failure) ?? 0);
  return wait <= longestPauseMs ? wait : undefined;
}
