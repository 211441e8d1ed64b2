/** Idempotency keys: the answer to a request is kept sealed for a day, so that the same request sent again is answered the same and done once. */

import { createHash } from 'node:crypto';
import { codeOf, Failure } from '../domain/failure.ts';
import { day } from '../domain/refresh-schedule.ts';
import { Secret } from '../domain/secret.ts';
import type { Ports, Write } from '../ports.ts';
import { idempotencyPath } from './layout.ts';

const keptMs = day;
/** Whoever claimed the key and has not answered by then has not lived to tell: longer than any request may take. */
const claimMs = 2 * 60_000;

/** The document `idempotency/{hash of caller and key}`. */
interface Kept {
  /** The hash of the request: method, path and body. */
  request: string;
  /** JWE: an answer may hold a connect link. Absent while the request is under way. */
  answer?: string;
  /** Until when a request under way holds the key, epoch ms. */
  endsAt?: number;
  expireAt: number;
}

/** What was answered, as JSON. */
export interface Answered {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** One key's memory of one request. */
export interface Memory {
  /**
   * The answer that this request was given before.
   * @throws Failure `idempotency_key_reused` when the key came with another request, `busy` while that one is under way
   */
  recall(): Promise<Answered | undefined>;
  /** The writes that keep the answer; they belong into the commit of what is answered. */
  remember(answer: Answered): Promise<Write[]>;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url');

/** @param request method, path and validated body; only their hash is kept */
export function memoryOf(ports: Ports, callerId: string, key: string, request: string): Memory & { path: string } {
  const path = idempotencyPath(sha256(`${callerId}\n${key}`));
  const now = () => ports.clock.now();
  return {
    path,
    async recall() {
      const kept = (await ports.store.get<Kept>(path))?.data;
      if (!kept || kept.expireAt <= now()) return undefined;
      if (kept.request !== sha256(request)) {
        throw new Failure('idempotency_key_reused', 'This Idempotency-Key came with another request before.');
      }
      if (kept.answer) return JSON.parse((await ports.sealer.open(kept.answer, path)).reveal()) as Answered;
      if (kept.endsAt! <= now()) return undefined;
      throw new Failure('busy', 'The first request with this Idempotency-Key is still under way.', {
        retryAfterMs: 1000,
      });
    },
    async remember(answer) {
      return [{ set: path, data: await keep(ports, path, request, answer), if: 'absent' }];
    },
  };
}

async function keep({ sealer, clock }: Ports, path: string, request: string, answer: Answered): Promise<Kept> {
  const sealed = await sealer.seal(new Secret(JSON.stringify(answer)), path);
  return { request: sha256(request), answer: sealed, expireAt: clock.now() + keptMs };
}

/**
 * Answers once what is committed together with its memory: whoever loses the race finds the winner's answer.
 * @throws Failure what `recall` and `perform` throw
 */
export async function answerInCommit(
  memory: Memory | undefined,
  perform: (remember: Memory['remember']) => Promise<Answered>,
): Promise<Answered> {
  if (!memory) return perform(async () => []);
  const before = await memory.recall();
  if (before) return before;
  try {
    return await perform(memory.remember);
  } catch (error) {
    const winner = await memory.recall();
    if (winner) return winner;
    throw error;
  }
}

/**
 * Answers once what has effects outside of the store: claims the key, performs, keeps the answer. What fails gives the
 * key back, and may be tried again with it.
 * @throws Failure what `recall` and `perform` throw
 */
export async function answerUnderClaim(
  ports: Ports,
  memory: Memory & { path: string },
  request: string,
  perform: () => Promise<Answered>,
): Promise<Answered> {
  const { store, clock, log } = ports;
  const { path } = memory;
  const before = await memory.recall();
  if (before) return before;
  // What could not be remembered is not begun.
  await ports.sealer.seal(new Secret(''), path);
  const abandoned = await store.get<Kept>(path);
  const claim: Kept = { request: sha256(request), endsAt: clock.now() + claimMs, expireAt: clock.now() + keptMs };
  let version: string;
  try {
    const free = abandoned ? { version: abandoned.version } : ('absent' as const);
    [version = ''] = await store.commit([{ set: path, data: claim, if: free }]);
  } catch (error) {
    if (codeOf(error) !== 'conflict') throw error;
    const winner = await memory.recall();
    if (winner) return winner;
    throw new Failure('busy', 'Another request with this Idempotency-Key has just ended; try again.');
  }
  let answer: Answered;
  try {
    answer = await perform();
  } catch (error) {
    await store.commit([{ delete: path, if: { version } }]).catch(() => {});
    throw error;
  }
  // The work is done: an answer that cannot be kept is answered all the same.
  await keep(ports, path, request, answer)
    .then((data) => store.commit([{ set: path, data, if: { version } }]))
    .catch((error) => log.warn('answer_not_kept', { code: codeOf(error) }));
  return answer;
}
