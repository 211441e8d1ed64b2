/**
 * Idempotency keys: the response to a request is stored sealed for a day, so that the same request sent again is performed
 * once and answered the same.
 */

import { createHash } from 'node:crypto';
import { codeOf, Failure } from '../domain/failure.ts';
import { Secret } from '../domain/secret.ts';
import { day } from '../domain/time.ts';
import type { Ports, Write } from '../ports.ts';
import { idempotencyPath } from './layout.ts';

type IdempotencyPorts = Pick<Ports, 'store' | 'sealer' | 'clock' | 'log'>;

const retentionMs = day;
/** A claim without a response for this long belongs to a process that is gone: longer than any request may take. */
const claimMs = 2 * 60_000;

/** The document `idempotency/{hash of caller and key}`. */
interface StoredResponse {
  /** The hash of the request: method, path and body. */
  request: string;
  /** JWE: a response may hold a connect link. Absent while the request is being performed. */
  response?: string;
  /** Until when a request in progress holds the key, epoch ms. */
  endsAt?: number;
  expireAt: number;
}

/** A response, as JSON. */
export interface ApiResponse {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** One request under its key. */
export interface IdempotentRequest {
  path: string;
  /** The hash of the request. */
  request: string;
  /**
   * The response that this request got before.
   * @throws Failure `idempotency_key_reused` when the key came with another request, `busy` while that one is in progress
   */
  find(): Promise<ApiResponse | undefined>;
  /** The writes that store the response; they belong into the commit that the response tells of. */
  writes(response: ApiResponse): Promise<Write[]>;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url');

/** @param request method, path and validated body; only their hash is stored */
export function idempotentRequest(
  ports: IdempotencyPorts,
  callerId: string,
  key: string,
  request: string,
): IdempotentRequest {
  const path = idempotencyPath(sha256(`${callerId}\n${key}`));
  const hash = sha256(request);
  const now = () => ports.clock.now();
  return {
    path,
    request: hash,
    async find() {
      const stored = (await ports.store.get<StoredResponse>(path))?.data;
      if (!stored || stored.expireAt <= now()) return undefined;
      if (stored.request !== hash) {
        throw new Failure('idempotency_key_reused', 'This Idempotency-Key was used for another request.');
      }
      if (stored.response) return JSON.parse((await ports.sealer.open(stored.response, path)).reveal()) as ApiResponse;
      if (stored.endsAt! <= now()) return undefined;
      throw new Failure('busy', 'The first request with this Idempotency-Key is still in progress.', {
        retryAfterMs: 1000,
      });
    },
    async writes(response) {
      return [{ set: path, data: await toStored(ports, { path, request: hash }, response), if: 'absent' }];
    },
  };
}

async function toStored(
  { sealer, clock }: IdempotencyPorts,
  { path, request }: Pick<IdempotentRequest, 'path' | 'request'>,
  response: ApiResponse,
): Promise<StoredResponse> {
  const sealed = await sealer.seal(new Secret(JSON.stringify(response)), path);
  return { request, response: sealed, expireAt: clock.now() + retentionMs };
}

/**
 * Performs once what commits its response together with its effect: a request that loses the race gets the winner's
 * response.
 * @throws Failure what `find` and `perform` throw
 */
export async function performInCommit(
  idempotent: IdempotentRequest | undefined,
  perform: (responseWrites: IdempotentRequest['writes']) => Promise<ApiResponse>,
): Promise<ApiResponse> {
  if (!idempotent) return perform(async () => []);
  const before = await idempotent.find();
  if (before) return before;
  try {
    return await perform(idempotent.writes);
  } catch (error) {
    const winner = await idempotent.find();
    if (winner) return winner;
    throw error;
  }
}

/**
 * Performs once what has effects outside of the store: claims the key, performs, stores the response. A failure gives the
 * key back, so that the request may be sent again with it.
 * @throws Failure what `find` and `perform` throw
 */
export async function performUnderClaim(
  ports: IdempotencyPorts,
  idempotent: IdempotentRequest,
  perform: () => Promise<ApiResponse>,
): Promise<ApiResponse> {
  const { store, clock, log } = ports;
  const { path, request } = idempotent;
  const before = await idempotent.find();
  if (before) return before;
  // A request whose response could not be sealed is not performed.
  await ports.sealer.seal(new Secret(''), path);
  const abandoned = await store.get<StoredResponse>(path);
  const claim: StoredResponse = { request, endsAt: clock.now() + claimMs, expireAt: clock.now() + retentionMs };
  let version: string;
  try {
    const free = abandoned ? { version: abandoned.version } : ('absent' as const);
    [version = ''] = await store.commit([{ set: path, data: claim, if: free }]);
  } catch (error) {
    if (codeOf(error) !== 'conflict') throw error;
    const winner = await idempotent.find();
    if (winner) return winner;
    throw new Failure('busy', 'Another request with this Idempotency-Key has just ended. Try again.');
  }
  let response: ApiResponse;
  try {
    response = await perform();
  } catch (error) {
    await store.commit([{ delete: path, if: { version } }]).catch(() => {});
    throw error;
  }
  // The work is done: a response that cannot be stored is returned all the same.
  await toStored(ports, idempotent, response)
    .then((data) => store.commit([{ set: path, data, if: { version } }]))
    .catch((error) => log.warn('response_not_stored', { code: codeOf(error) }));
  return response;
}
