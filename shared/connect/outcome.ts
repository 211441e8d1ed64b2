/**
 * What came of an authorization, kept sealed for ten minutes under the hash of its state. The document that claims the state
 * is the one that holds the outcome, so a repeated callback finds the outcome instead of a second exchange.
 */

import { type Authorization, digest, type Outcome, outcomeMs, type UsedState } from '../domain/authorization.ts';
import { codeOf, Failure } from '../domain/failure.ts';
import { Secret } from '../domain/secret.ts';
import type { Ports } from '../ports.ts';
import { usedStatePath } from '../storage/layout.ts';

/** A browser that comes back while another of its requests is still asking Webex waits this often, this long each time. */
const wait = { tries: 80, ms: 500 };
/** Longer than any exchange takes: whoever claimed the state has not lived to tell. */
const abandonedMs = 2 * 60_000;

const pathOf = ({ state }: Authorization) => usedStatePath(digest(state));

/**
 * Uses the state up.
 * @returns the version of the claim, or undefined when it was used before
 */
export async function claim(ports: Ports, authorization: Authorization): Promise<string | undefined> {
  const now = ports.clock.now();
  const used: UsedState = { usedAt: now, expireAt: now + outcomeMs };
  try {
    const [version] = await ports.store.commit([{ set: pathOf(authorization), data: used, if: 'absent' }]);
    return version!;
  } catch (error) {
    if (codeOf(error) === 'conflict') return undefined;
    throw error;
  }
}

/** Keeps the outcome for this browser to see. */
export async function keepOutcome(
  ports: Ports,
  authorization: Authorization,
  version: string,
  outcome: Outcome,
): Promise<void> {
  const path = pathOf(authorization);
  const now = ports.clock.now();
  const sealed = await ports.sealer.seal(new Secret(JSON.stringify(outcome)), path);
  const used: UsedState = { usedAt: now, outcome: sealed, expireAt: now + outcomeMs };
  await ports.store.commit([{ set: path, data: used, if: { version } }]);
}

/**
 * What came of it; waits while Webex is still being asked. Undefined once it was cleared or is too old.
 * @throws Failure `authorization_not_valid` when nothing came of it
 */
export async function readOutcome(ports: Ports, authorization: Authorization): Promise<Outcome | undefined> {
  const { clock, sealer, store } = ports;
  const path = pathOf(authorization);
  for (let tries = 0; tries < wait.tries; tries++) {
    const used = (await store.get<UsedState>(path))?.data;
    if (!used) throw new Failure('authorization_not_valid', 'The sign-in at Webex has not come to its end.');
    if (used.cleared || used.expireAt <= clock.now()) return undefined;
    if (used.outcome) return JSON.parse((await sealer.open(used.outcome, path)).reveal()) as Outcome;
    if (used.usedAt + abandonedMs <= clock.now()) break;
    await clock.sleep(wait.ms);
  }
  throw new Failure('authorization_not_valid', 'The sign-in was interrupted on our side.');
}

/** Takes the outcome away; the state stays used. */
export async function clearOutcome(ports: Ports, authorization: Authorization): Promise<void> {
  const now = ports.clock.now();
  const used: UsedState = { usedAt: now, cleared: true, expireAt: now + outcomeMs };
  await ports.store.commit([{ set: pathOf(authorization), data: used }]);
}
