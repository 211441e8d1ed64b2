/**
 * Idempotency keys: a request that is sent again with its key is performed once and gets the same response. Its response is
 * stored sealed for a day.
 */

import { createHash, randomUUID } from 'node:crypto';
import { backoffMs } from '../domain/backoff.ts';
import { codeOf, Failure } from '../domain/failure.ts';
import { Secret } from '../domain/secret.ts';
import { day, minute, second } from '../domain/time.ts';
import type { Ports, Write } from '../ports.ts';
import { idempotencyPath } from './layout.ts';

type IdempotencyPorts = Pick<Ports, 'store' | 'sealer' | 'clock' | 'log'>;

const retentionMs = day;
/** A claim that is not renewed for this long belongs to a process that has died. */
const claimMs = minute;
const renewEveryMs = 20 * second;
/** How long a request waits for the first one with its key before the caller gets `busy`. */
const maxWaitMs = 10 * second;
const pause = { firstMs: 50, maxMs: second };

/** The document `idempotency/{hash of caller and key}`. Code judges `expireAt`: the store deletes the document later. */
export interface StoredRequest {
  /** The hash of the request: method, path and body. */
  request: string;
  /** JWE: a response may hold a connect link. Absent while the request is being performed. */
  response?: string;
  /** Which process performs the request, and until when it holds the key unless it renews the claim, epoch ms. */
  claim?: { owner: string; endsAt: number };
  expireAt: number;
}

/** A response, as JSON. */
export interface ApiResponse {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** The writes that store a response. They belong into the commit that the response reports, where there is one. */
export type ResponseWrites = (response: ApiResponse) => Promise<Write[]>;

export interface KeyedRequest {
  callerId: string;
  key: string;
  /** Method, path and validated body; only their hash is stored. */
  request: string;
}

/** What the document says about a request with its key. */
export function keyState(
  document: StoredRequest | undefined,
  request: string,
  now: number,
): 'free' | 'another_request' | 'performed' | 'in_progress' {
  if (!document || document.expireAt <= now) return 'free';
  if (document.request !== request) return 'another_request';
  if (document.response !== undefined) return 'performed';
  return document.claim && document.claim.endsAt > now ? 'in_progress' : 'free';
}

/**
 * Performs a request once. While the first request with the key is in progress, others wait for its response. A failure
 * releases the key, so that the request may be sent again with it.
 * @throws Failure `idempotency_key_reused` when the key came with another request, `busy` when the first request with it
 *   takes long, and what `perform` throws
 */
export async function performOnce(
  ports: IdempotencyPorts,
  { callerId, key, request }: KeyedRequest,
  perform: (responseWrites: ResponseWrites) => Promise<ApiResponse>,
): Promise<ApiResponse> {
  const path = idempotencyPath(sha256(`${callerId}\n${key}`));
  const hash = sha256(request);
  const claimed = await claimKey(ports, path, hash);
  if ('status' in claimed) return claimed;
  const renewal = renewUntilStopped(ports, claimed);
  let isInCommit = false;
  const responseWrites: ResponseWrites = async (response) => {
    isInCommit = true;
    const data = await toStored(ports, path, hash, response);
    return [{ set: path, data, if: { version: claimed.version } }];
  };
  try {
    const response = await perform(responseWrites);
    await renewal.stop();
    // The work is done: the caller gets the response even if it cannot be stored.
    if (!isInCommit) {
      await responseWrites(response)
        .then((writes) => ports.store.commit(writes))
        .catch((error) => ports.log.warn('response_not_stored', { code: codeOf(error) }));
    }
    return response;
  } catch (error) {
    await renewal.stop();
    await ports.store.commit([{ delete: path, if: { version: claimed.version } }]).catch(() => {});
    throw error;
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url');

/** The claim as it is stored now. */
interface Claim {
  path: string;
  version: string;
  document: StoredRequest & { claim: { owner: string } };
}

async function claimKey(ports: IdempotencyPorts, path: string, request: string): Promise<Claim | ApiResponse> {
  const { store, clock } = ports;
  const owner = randomUUID();
  for (let [attempt, waitedMs] = [1, 0]; ; attempt++) {
    const stored = await store.get<StoredRequest>(path);
    const now = clock.now();
    switch (keyState(stored?.data, request, now)) {
      case 'performed':
        return openResponse(ports, path, stored!.data);
      case 'another_request':
        throw new Failure('idempotency_key_reused', 'This Idempotency-Key was used for another request.');
      case 'free': {
        // A request whose response could not be sealed is not performed.
        await ports.sealer.seal(new Secret(''), path);
        const document = { request, claim: { owner, endsAt: now + claimMs }, expireAt: now + retentionMs };
        const precondition = stored ? { version: stored.version } : ('absent' as const);
        const version = await commitClaim(ports, { path, document }, precondition);
        if (version !== undefined) return { path, version, document };
      }
    }
    if (waitedMs >= maxWaitMs) {
      throw new Failure('busy', 'The first request with this Idempotency-Key is still in progress. Try again.', {
        retryAfterMs: second,
      });
    }
    const ms = backoffMs(attempt, pause, clock.random());
    waitedMs += ms;
    await clock.sleep(ms);
  }
}

/** The claim's version, or undefined when another process holds the key. Recognizes its own claim after a lost response. */
async function commitClaim(
  { store }: IdempotencyPorts,
  { path, document }: Omit<Claim, 'version'>,
  precondition: 'absent' | { version: string },
): Promise<string | undefined> {
  try {
    const [version] = await store.commit([{ set: path, data: document, if: precondition }]);
    return version;
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'conflict' && code !== 'store_unavailable') throw error;
    const stored = await store.get<StoredRequest>(path);
    if (stored?.data.claim?.owner === document.claim.owner) return stored.version;
    if (code === 'conflict') return undefined;
    throw error;
  }
}

/** Extends the claim during the work, so that no other process mistakes a long request for an abandoned one. */
function renewUntilStopped(ports: IdempotencyPorts, claimed: Claim): { stop(): Promise<void> } {
  const { clock } = ports;
  const stopped = new AbortController();
  let renewal = Promise.resolve();
  async function renew(): Promise<void> {
    const { path, version, document } = claimed;
    const renewed = { ...document, claim: { owner: document.claim.owner, endsAt: clock.now() + claimMs } };
    // A renewal that fails is tried again with the next one.
    claimed.version = (await commitClaim(ports, { path, document: renewed }, { version }).catch(() => {})) ?? version;
  }
  async function renewAgainAndAgain(): Promise<void> {
    while (true) {
      await clock.sleep(renewEveryMs, stopped.signal);
      if (stopped.signal.aborted) return;
      renewal = renew();
      await renewal;
    }
  }
  void renewAgainAndAgain();
  return {
    async stop() {
      stopped.abort();
      await renewal;
    },
  };
}

async function toStored(
  { sealer, clock }: IdempotencyPorts,
  path: string,
  request: string,
  response: ApiResponse,
): Promise<StoredRequest> {
  const sealed = await sealer.seal(new Secret(JSON.stringify(response)), path);
  return { request, response: sealed, expireAt: clock.now() + retentionMs };
}

/** @throws Failure `idempotency_key_reused` when the key that sealed the response is gone */
async function openResponse({ sealer }: IdempotencyPorts, path: string, stored: StoredRequest): Promise<ApiResponse> {
  try {
    return JSON.parse((await sealer.open(stored.response!, path)).reveal()) as ApiResponse;
  } catch (error) {
    if (codeOf(error) !== 'sealed_text_invalid') throw error;
    throw new Failure(
      'idempotency_key_reused',
      'The request with this Idempotency-Key was performed, but its response can no longer be read.',
    );
  }
}
