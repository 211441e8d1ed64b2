/**
 * Operations on every customer below a node: begun by a request, carried on slice by slice through messages, each slice
 * from the checkpoint of the one before. What a slice does twice has the effect of once.
 */

import { createConnectLink } from '../connect/link.ts';
import { listCustomers, type Position } from '../customers/list.ts';
import { assertMay } from '../customers/records.ts';
import { actor, type Caller, mayAt } from '../domain/caller.ts';
import type { ConnectionState } from '../domain/connection.ts';
import { codeOf, Failure } from '../domain/failure.ts';
import { Secret } from '../domain/secret.ts';
import { day } from '../domain/time.ts';
import type { Ports, Stored, Write } from '../ports.ts';
import { operationPath, operations, resultsOf } from '../storage/layout.ts';
import { sendMessage } from '../storage/messages.ts';
import { newId } from '../storage/outbox.ts';
import { commitDecision, transact } from '../storage/transact.ts';
import { requestSync } from '../sync/request.ts';

export const bulkActions = ['sync', 'connect'] as const;
export type BulkAction = (typeof bulkActions)[number];

/** The document `operations/{id}`. Instants are epoch ms. */
export interface Operation {
  id: string;
  action: BulkAction;
  hierarchy: string;
  state?: ConnectionState;
  by: string;
  askedAt: number;
  running: boolean;
  /** When a slice was last done. */
  movedAt: number;
  endedAt?: number;
  counts: { done: number; skipped: number; failed: number };
  /** Up to where it has come. */
  position?: Position;
  expireAt: number;
}

/** The document `operations/{id}/results/{customer}`. */
export interface OperationResult {
  id: string;
  outcome: 'done' | 'skipped' | 'failed';
  /** The sync that was asked for. */
  sync?: string;
  /** A connect link is as good as a key while it lives: sealed, and shown only to who may make one. */
  sealedUrl?: string;
  endsAt?: number;
  failure?: { code: string; message: string };
  expireAt: number;
}

const urlPlace = (operation: string, customer: string) => `${resultsOf(operation)}/${customer} url`;

const keptMs = 30 * day;
const slice = 50;
/** Customers worked on at a time: each is a few small commits of its own documents. */
const concurrency = 10;

/** `more`: the writes that belong into the commit of the beginning. @throws Failure `permission_denied` */
export async function beginOperation(
  ports: Ports,
  caller: Caller,
  asked: { action: BulkAction; hierarchy: string; state?: ConnectionState },
  more: (operation: Operation) => Promise<Write[]>,
): Promise<Operation> {
  assertMay(caller, asked.hierarchy, 'operator');
  const now = ports.clock.now();
  const operation: Operation = {
    id: newId(now),
    ...asked,
    by: actor(caller),
    askedAt: now,
    running: true,
    movedAt: now,
    counts: { done: 0, skipped: 0, failed: 0 },
    expireAt: now + keptMs,
  };
  await commitDecision(ports, {
    writes: [{ set: operationPath(operation.id), data: operation, if: 'absent' }, ...(await more(operation))],
    // Without a message it is found by `sweepOperations`.
    messages: [{ operation: operation.id }],
  });
  return operation;
}

/** @throws Failure `not_found` where the caller has no role at the operation's node, `permission_denied` */
export async function readOperation({ store }: Pick<Ports, 'store'>, caller: Caller, id: string): Promise<Operation> {
  const read = await store.get<Operation>(operationPath(id));
  if (!read || !mayAt(caller, read.data.hierarchy, 'any')) {
    throw new Failure('not_found', 'There is no such operation.');
  }
  assertMay(caller, read.data.hierarchy, 'operator');
  return read.data;
}

/** One page of what came of it, in the order of customers' ids. */
export async function readResults(
  { store, sealer }: Pick<Ports, 'store' | 'sealer'>,
  operation: string,
  page: { pageSize: number; after?: { id: string } },
): Promise<{ results: (OperationResult & { url?: Secret })[]; next?: { id: string } }> {
  const { pageSize: size, after } = page;
  const found = await store.query<OperationResult>({
    collection: resultsOf(operation),
    ...(after && { after }),
    limit: size + 1,
  });
  const results = await Promise.all(
    found.slice(0, size).map(async ({ data }) => {
      if (!data.sealedUrl) return data;
      return { ...data, url: await sealer.open(data.sealedUrl, urlPlace(operation, data.id)) };
    }),
  );
  const last = results.at(-1);
  return { results, ...(found.length > size && last && { next: { id: last.id } }) };
}

/**
 * Does slices until `endsAt` (epoch ms), then asks to be called again. An operation that has ended is left alone.
 * @throws Failure what a redelivery of the message can cure
 */
export async function continueOperation(ports: Ports, id: string, endsAt: number): Promise<void> {
  const { store, clock, log } = ports;
  while (true) {
    const read = await store.get<Operation>(operationPath(id));
    if (!read?.data.running) return;
    const ended = await doSlice(ports, read);
    if (ended) return log.info('operation_done', { operation: id, ...ended.counts });
    if (clock.now() >= endsAt) return sendMessage(ports, { operation: id });
  }
}

/** Nobody has worked on it for this long: its message was never queued, or was given up. */
const stalledAfterMs = 15 * 60_000;

/** Sends another message for operations that were left lying. */
export async function sweepOperations(ports: Ports): Promise<number> {
  const running = await ports.store.query<Operation>({
    collection: operations,
    equals: { running: true },
    limit: 100,
  });
  const stalled = running.filter(({ data }) => data.movedAt + stalledAfterMs <= ports.clock.now());
  for (const { data } of stalled) await sendMessage(ports, { operation: data.id });
  return stalled.length;
}

/** The operation, once it has ended. */
async function doSlice(ports: Ports, { path, data: operation }: Stored<Operation>): Promise<Operation | undefined> {
  const { store, clock } = ports;
  // The right was judged when it began; what is listed is everything below its node.
  const system: Caller = { id: 'system', grants: [{ hierarchy: operation.hierarchy, role: 'reader' }] };
  const page = await listCustomers(store, system, {
    hierarchy: operation.hierarchy,
    ...(operation.state && { state: operation.state }),
    direction: 'ascending',
    pageSize: slice,
    ...(operation.position && { after: operation.position }),
  });
  const results: OperationResult[] = [];
  for (let from = 0; from < page.customers.length; from += concurrency) {
    const some = page.customers.slice(from, from + concurrency);
    results.push(...(await Promise.all(some.map(({ connection }) => act(ports, operation, connection)))));
  }
  return transact(ports, async () => {
    const now = await store.get<Operation>(path);
    // Another delivery of the message was faster: its slice counts.
    if (!now?.data.running || now.data.position?.id !== operation.position?.id) {
      return { writes: [], result: now?.data.running === false ? now.data : undefined };
    }
    const counts = { ...now.data.counts };
    for (const { outcome } of results) counts[outcome] += 1;
    const after: Operation = {
      ...now.data,
      counts,
      movedAt: clock.now(),
      ...(page.next ? { position: page.next } : { running: false, endedAt: clock.now() }),
    };
    const writes: Write[] = [
      { set: path, data: after, if: { version: now.version } },
      ...results.map((result): Write => ({ set: `${resultsOf(operation.id)}/${result.id}`, data: result })),
    ];
    return { writes, result: page.next ? undefined : after };
  });
}

async function act(
  ports: Ports,
  operation: Operation,
  connection: { customerId: string; grant?: unknown },
): Promise<OperationResult> {
  const { customerId: id } = connection;
  const { expireAt } = operation;
  try {
    if (operation.action === 'sync') {
      if (!connection.grant) return { id, outcome: 'skipped', expireAt };
      const run = await requestSync(ports, id, operation.by);
      return { id, outcome: 'done', sync: run.id, expireAt };
    }
    const { url, endsAt } = await createConnectLink(ports, id, operation.by);
    const sealedUrl = await ports.sealer.seal(new Secret(url), urlPlace(operation.id, id));
    return { id, outcome: 'done', sealedUrl, endsAt, expireAt };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'store_unavailable' || code === 'queue_unavailable') throw error;
    const message = error instanceof Failure ? error.message : 'Something went wrong on our side.';
    return { id, outcome: 'failed', failure: { code, message }, expireAt };
  }
}
