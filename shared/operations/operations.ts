/**
 * Operations on all customers below a node: a request starts one, and messages continue it slice by slice, each slice from
 * the checkpoint of the one before. A slice that runs twice has the effect of one.
 */

import { createConnectLink } from '../connect/link.ts';
import { listCustomers } from '../customers/list.ts';
import { assertMay } from '../customers/records.ts';
import { actor, type Caller, mayAt } from '../domain/caller.ts';
import type { ConnectionState } from '../domain/connection.ts';
import type { Customer } from '../domain/customer.ts';
import { codeOf, Failure } from '../domain/failure.ts';
import { Secret } from '../domain/secret.ts';
import { day } from '../domain/time.ts';
import type { Ports, Stored, Write } from '../ports.ts';
import { customerPath, operationPath, operations, resultsOf } from '../storage/layout.ts';
import { sendMessage } from '../storage/messages.ts';
import { newId } from '../storage/outbox.ts';
import { type Position, readPage } from '../storage/pages.ts';
import { transact } from '../storage/transact.ts';
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
  /** Where the next slice starts. */
  position?: Position;
  expireAt: number;
}

/** The document `operations/{id}/results/{customer}`. */
export interface OperationResult {
  id: string;
  outcome: 'done' | 'skipped' | 'failed';
  /** The sync that was requested. */
  sync?: string;
  /** A connect link lets its holder connect the customer: sealed, and returned only to callers who may make one. */
  sealedUrl?: string;
  endsAt?: number;
  failure?: { code: string; message: string };
  expireAt: number;
}

const urlPlace = (operation: string, customer: string) => `${resultsOf(operation)}/${customer} url`;

const retentionMs = 30 * day;
/** Customers per slice. */
const sliceSize = 50;
/** Customers worked on at the same time: each takes a few small commits of its own documents. */
const concurrency = 10;

/**
 * Stores a new operation and has it worked on.
 * @param more the writes that belong into the same commit
 * @throws Failure `permission_denied`, `busy`
 */
export async function startOperation(
  ports: Ports,
  caller: Caller,
  request: { action: BulkAction; hierarchy: string; state?: ConnectionState },
  more: (operation: Operation) => Promise<Write[]> = async () => [],
): Promise<Operation> {
  assertMay(caller, request.hierarchy, 'operator');
  const now = ports.clock.now();
  const operation: Operation = {
    id: newId(now),
    ...request,
    by: actor(caller),
    askedAt: now,
    running: true,
    movedAt: now,
    counts: { done: 0, skipped: 0, failed: 0 },
    expireAt: now + retentionMs,
  };
  return transact(ports, async () => ({
    writes: [{ set: operationPath(operation.id), data: operation, if: 'absent' }, ...(await more(operation))],
    // If the message is lost, `resumeStalledOperations` finds the operation.
    messages: [{ operation: operation.id }],
    result: operation,
  }));
}

/** @throws Failure `not_found` where the caller has no role at the operation's node, `permission_denied` */
export async function readOperation(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  caller: Caller,
  id: string,
): Promise<Operation> {
  const read = await store.get<Operation>(operationPath(id));
  if (!read || read.data.expireAt <= clock.now() || !mayAt(caller, read.data.hierarchy, 'any')) {
    throw new Failure('not_found', 'There is no such operation.');
  }
  assertMay(caller, read.data.hierarchy, 'operator');
  return read.data;
}

/** A result as a caller may see it. */
export type VisibleResult = OperationResult & { url?: Secret };

/**
 * Reads one page of an operation's results, in the order of the customers' ids. Leaves out customers that have moved to
 * where the caller has no access: their connect links still work.
 */
export async function listResults(
  ports: Pick<Ports, 'store' | 'sealer'>,
  caller: Caller,
  { id }: Pick<Operation, 'id'>,
  page: { limit: number; after?: Position },
): Promise<{ results: VisibleResult[]; next?: Position }> {
  const { documents, next } = await readPage<OperationResult>(ports.store, { collection: resultsOf(id), ...page });
  const records = await ports.store.getMany<Customer>(documents.map(({ data }) => customerPath(data.id)));
  const visible = documents.filter((_, index) => {
    const hierarchy = records[index]?.data.hierarchy;
    return hierarchy === undefined || mayAt(caller, hierarchy, 'operator');
  });
  const results = await Promise.all(visible.map(({ data }) => withUrl(ports, id, data)));
  return { results, ...(next && { next }) };
}

/** A link whose sealing key is gone is left out; it has long expired. */
async function withUrl(
  { sealer }: Pick<Ports, 'sealer'>,
  operation: string,
  result: OperationResult,
): Promise<VisibleResult> {
  if (!result.sealedUrl) return result;
  try {
    return { ...result, url: await sealer.open(result.sealedUrl, urlPlace(operation, result.id)) };
  } catch (error) {
    if (codeOf(error) !== 'sealed_text_invalid') throw error;
    return result;
  }
}

/**
 * Works on slices until `endsAt` (epoch ms), then sends a message to continue. Does nothing for an operation that has ended.
 * @throws Failure what a redelivery of the message can cure
 */
export async function continueOperation(ports: Ports, id: string, endsAt: number): Promise<void> {
  const { store, clock, log } = ports;
  while (true) {
    const read = await store.get<Operation>(operationPath(id));
    if (!read?.data.running) return;
    const ended = await workOnSlice(ports, read);
    if (ended) return log.info('operation_done', { operation: id, ...ended.counts });
    if (clock.now() >= endsAt) return sendMessage(ports, { operation: id });
  }
}

/** An operation without progress for this long has lost its message, or the queue has given the message up. */
const stalledAfterMs = 15 * 60_000;

/**
 * Sends another message for operations without progress.
 * @returns how many
 */
export async function resumeStalledOperations(ports: Ports): Promise<number> {
  const running = await ports.store.query<Operation>({
    collection: operations,
    equals: { running: true },
    limit: 100,
  });
  const stalled = running.filter(({ data }) => data.movedAt + stalledAfterMs <= ports.clock.now());
  for (const { data } of stalled) await sendMessage(ports, { operation: data.id });
  return stalled.length;
}

/** @returns the operation, once it has ended */
async function workOnSlice(ports: Ports, { path, data: operation }: Stored<Operation>): Promise<Operation | undefined> {
  const { store, clock } = ports;
  // The caller was authorized when the operation started; the list holds all customers below its node.
  const system: Caller = { id: 'system', grants: [{ hierarchy: operation.hierarchy, role: 'reader' }] };
  const page = await listCustomers(store, system, {
    hierarchy: operation.hierarchy,
    ...(operation.state && { state: operation.state }),
    direction: 'ascending',
    pageSize: sliceSize,
    ...(operation.position && { after: operation.position }),
  });
  const results: OperationResult[] = [];
  for (let from = 0; from < page.customers.length; from += concurrency) {
    const some = page.customers.slice(from, from + concurrency);
    results.push(...(await Promise.all(some.map(({ connection }) => act(ports, operation, connection)))));
  }
  return transact(ports, async () => {
    const now = await store.get<Operation>(path);
    // Another delivery of the message was faster: its results count.
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
