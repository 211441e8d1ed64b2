/**
 * Operations on all customers below a node: a request starts one, messages work on it slice by slice (slices.ts), and its
 * results are read.
 */

import { assertMay } from '../customers/records.ts';
import { actor, type Caller, mayAt } from '../domain/caller.ts';
import type { ConnectionState } from '../domain/connection.ts';
import type { Customer } from '../domain/customer.ts';
import { codeOf, Failure } from '../domain/failure.ts';
import type { Secret } from '../domain/secret.ts';
import { day } from '../domain/time.ts';
import type { Ports, Write } from '../ports.ts';
import { customerPath, operationPath, resultsOf, resultUrlPlace } from '../storage/layout.ts';
import { newId } from '../storage/outbox.ts';
import { type Position, readPage } from '../storage/pages.ts';
import { transact } from '../storage/transact.ts';

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
  /** When a slice was last done, or its lost message sent again. */
  movedAt: number;
  /** The message that works on it, and until when it holds the operation. */
  lease?: { owner: string; endsAt: number };
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

const retentionMs = 30 * day;

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
    return { ...result, url: await sealer.open(result.sealedUrl, resultUrlPlace(operation, result.id)) };
  } catch (error) {
    if (codeOf(error) !== 'sealed_text_invalid') throw error;
    return result;
  }
}
