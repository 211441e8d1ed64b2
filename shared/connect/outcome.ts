/**
 * Stores the outcome of an authorization, sealed, for ten minutes. It is part of the document that marks the state as used,
 * so a repeated callback finds the outcome and causes no second exchange.
 */

import { randomUUID } from 'node:crypto';
import { digest, type Outcome, outcomeMs, type PendingAuthorization, type UsedState } from '../domain/authorization.ts';
import { backoffMs } from '../domain/backoff.ts';
import { codeOf, Failure } from '../domain/failure.ts';
import { Secret } from '../domain/secret.ts';
import type { Ports } from '../ports.ts';
import { usedStatePath } from '../storage/layout.ts';

/** How long a request waits for an outcome that another request of the browser is still working on. */
const wait = { tries: 40, ms: 500 };
/** Longer than any request to the token page may run: after this, the process that claimed the state must have died. */
const abandonedMs = 3 * 60_000;
/** How often to try to store an outcome: by then the tokens exist nowhere else. */
const storeTries = 6;
const storePause = { firstMs: 200, maxMs: 3_000 };

const pathOf = ({ state }: PendingAuthorization) => usedStatePath(digest(state));

/** `repeated`: this code has used the state. `other_code`: another code has, so this one is a second attempt. */
export type Claim = { kind: 'claimed'; version: string } | { kind: 'repeated' } | { kind: 'other_code' };

/** Marks the state as used by this code. Only the caller that gets `claimed` may exchange the code. */
export async function claimState(ports: Ports, pending: PendingAuthorization, code: string): Promise<Claim> {
  const { clock, store } = ports;
  const path = pathOf(pending);
  const now = clock.now();
  const owner = randomUUID();
  const used: UsedState = { usedAt: now, owner, code: digest(code), expireAt: now + outcomeMs };
  try {
    const [version] = await store.commit([{ set: path, data: used, if: 'absent' }]);
    return { kind: 'claimed', version: version! };
  } catch (error) {
    const failure = codeOf(error);
    if (failure !== 'conflict' && failure !== 'store_unavailable') throw error;
    const first = await store.get<UsedState>(path);
    // Recognizes our own claim after a lost response.
    if (first?.data.owner === owner) return { kind: 'claimed', version: first.version };
    if (failure === 'store_unavailable') throw error;
    return { kind: first?.data.code === used.code ? 'repeated' : 'other_code' };
  }
}

/** Stores the outcome, sealed, for this browser to show. @param version of the claim */
export async function storeOutcome(
  ports: Ports,
  pending: PendingAuthorization,
  { version, code, outcome }: { version: string; code: string; outcome: Outcome },
): Promise<void> {
  const { clock, sealer, store } = ports;
  const path = pathOf(pending);
  const sealed = await sealer.seal(new Secret(JSON.stringify(outcome)), path);
  for (let attempt = 1; ; attempt++) {
    const now = clock.now();
    const used: UsedState = { usedAt: now, code: digest(code), outcome: sealed, expireAt: now + outcomeMs };
    try {
      await store.commit([{ set: path, data: used, if: { version } }]);
      return;
    } catch (error) {
      const mayBeStored = attempt > 1 && codeOf(error) === 'conflict';
      if (mayBeStored) return;
      if (codeOf(error) !== 'store_unavailable' || attempt === storeTries) throw error;
      await clock.sleep(backoffMs(attempt, storePause, clock.random()));
    }
  }
}

/**
 * Reads the outcome; waits a while for one that is still being worked on.
 * @returns `working` if it still is; undefined once the user has cleared the outcome or it has expired
 * @throws Failure `authorization_not_valid` if the authorization did not reach an outcome
 */
export async function readOutcome(
  ports: Ports,
  pending: PendingAuthorization,
): Promise<Outcome | 'working' | undefined> {
  const { clock, sealer, store } = ports;
  const path = pathOf(pending);
  for (let tries = 0; tries < wait.tries; tries++) {
    const used = (await store.get<UsedState>(path))?.data;
    if (!used) throw new Failure('authorization_not_valid', 'The sign-in at Webex was not completed.');
    if (used.cleared || used.expireAt <= clock.now()) return undefined;
    if (used.outcome) return JSON.parse((await sealer.open(used.outcome, path)).reveal()) as Outcome;
    if (used.usedAt + abandonedMs <= clock.now()) {
      throw new Failure('authorization_not_valid', 'The sign-in was interrupted on our side.');
    }
    await clock.sleep(wait.ms);
  }
  return 'working';
}

/** Deletes the outcome. The state stays used. */
export async function clearOutcome(ports: Ports, pending: PendingAuthorization): Promise<void> {
  const path = pathOf(pending);
  const used = await ports.store.get<UsedState>(path);
  if (!used) return;
  const { outcome: _outcome, ...rest } = used.data;
  await ports.store.commit([{ set: path, data: { ...rest, cleared: true }, if: { version: used.version } }]);
}
