/**
 * Stores the outcome of an authorization, sealed, for ten minutes. It lies in the document that marks the state as used, so
 * that a repeated callback finds the outcome and causes no second exchange.
 */

import { digest, type Outcome, outcomeMs, type PendingAuthorization, type UsedState } from '../domain/authorization.ts';
import { codeOf, Failure } from '../domain/failure.ts';
import { Secret } from '../domain/secret.ts';
import type { Ports } from '../ports.ts';
import { usedStatePath } from '../storage/layout.ts';

/** How long a second request of the browser waits while the first one still asks Webex. */
const wait = { tries: 80, ms: 500 };
/** Longer than any exchange takes: the process that claimed the state must have died. */
const abandonedMs = 2 * 60_000;

const pathOf = ({ state }: PendingAuthorization) => usedStatePath(digest(state));

/**
 * Marks the state as used.
 * @returns the version of the claim, or undefined if the state was used before
 */
export async function claimState(ports: Ports, pending: PendingAuthorization): Promise<string | undefined> {
  const now = ports.clock.now();
  const used: UsedState = { usedAt: now, expireAt: now + outcomeMs };
  try {
    const [version] = await ports.store.commit([{ set: pathOf(pending), data: used, if: 'absent' }]);
    return version!;
  } catch (error) {
    if (codeOf(error) === 'conflict') return undefined;
    throw error;
  }
}

/** Stores the outcome, sealed, for this browser to show. */
export async function storeOutcome(
  ports: Ports,
  pending: PendingAuthorization,
  version: string,
  outcome: Outcome,
): Promise<void> {
  const path = pathOf(pending);
  const now = ports.clock.now();
  const sealed = await ports.sealer.seal(new Secret(JSON.stringify(outcome)), path);
  const used: UsedState = { usedAt: now, outcome: sealed, expireAt: now + outcomeMs };
  await ports.store.commit([{ set: path, data: used, if: { version } }]);
}

/**
 * Reads the outcome; waits while Webex is still being asked.
 * @returns undefined once the user has cleared it or it has expired
 * @throws Failure `authorization_not_valid` if the authorization did not reach an outcome
 */
export async function readOutcome(ports: Ports, pending: PendingAuthorization): Promise<Outcome | undefined> {
  const { clock, sealer, store } = ports;
  const path = pathOf(pending);
  for (let tries = 0; tries < wait.tries; tries++) {
    const used = (await store.get<UsedState>(path))?.data;
    if (!used) throw new Failure('authorization_not_valid', 'The sign-in at Webex was not completed.');
    if (used.cleared || used.expireAt <= clock.now()) return undefined;
    if (used.outcome) return JSON.parse((await sealer.open(used.outcome, path)).reveal()) as Outcome;
    if (used.usedAt + abandonedMs <= clock.now()) break;
    await clock.sleep(wait.ms);
  }
  throw new Failure('authorization_not_valid', 'The sign-in was interrupted on our side.');
}

/** Deletes the outcome. The state stays used. */
export async function clearOutcome(ports: Ports, pending: PendingAuthorization): Promise<void> {
  const now = ports.clock.now();
  const used: UsedState = { usedAt: now, cleared: true, expireAt: now + outcomeMs };
  await ports.store.commit([{ set: pathOf(pending), data: used }]);
}
