/**
 * Works on an operation slice by slice. One message at a time holds the operation, so that no customer gets two links; a
 * message that finds it held does nothing.
 */

import { randomUUID } from 'node:crypto';
import { createConnectLink } from '../connect/link.ts';
import { listCustomers } from '../customers/list.ts';
import type { CustomerRead } from '../customers/records.ts';
import type { Caller } from '../domain/caller.ts';
import { type Customer, isBelow } from '../domain/customer.ts';
import { codeOf, Failure } from '../domain/failure.ts';
import { Secret } from '../domain/secret.ts';
import { minute } from '../domain/time.ts';
import type { Ports, Stored, Write } from '../ports.ts';
import { customerPath, operationPath, operations, resultsOf, resultUrlPlace } from '../storage/layout.ts';
import { everyDocument } from '../storage/pages.ts';
import { commitUnlessConflict } from '../storage/transact.ts';
import { requestSync } from '../sync/request.ts';
import type { Operation, OperationResult } from './operations.ts';

/** Customers per slice. */
const sliceSize = 50;
/** Customers worked on at the same time: each takes a few small commits of its own documents. */
const concurrency = 10;
/** Longer than a slice takes while the store is slow. */
const leaseMs = 10 * minute;
/** An operation without progress for this long has lost its message, or the queue has given the message up. */
const stalledAfterMs = 15 * minute;

/**
 * Works on slices until `endsAt` (epoch ms), then sends a message to continue.
 * @throws Failure what a redelivery of the message can cure
 */
export async function continueOperation(ports: Ports, id: string, endsAt: number): Promise<void> {
  let held = await acquire(ports, id);
  while (held) {
    const results = await workOnSlice(ports, held.data).catch(async (error) => {
      await commitUnlessConflict(ports, { writes: [write(held!, withoutLease(held!.data))] }).catch(() => {});
      throw error;
    });
    const mayContinue = ports.clock.now() < endsAt;
    const after = afterSlice(held.data, results, ports.clock.now(), mayContinue);
    const writes: Write[] = [
      write(held, after),
      ...results.done.map((result): Write => ({ set: `${resultsOf(id)}/${result.id}`, data: result })),
    ];
    const messages = after.running && !mayContinue ? [{ operation: id }] : [];
    // Another message has taken over the operation, which this one held for too long. The other one's results count.
    if (!(await commitUnlessConflict(ports, { writes, messages }))) return;
    if (!after.running) return ports.log.info('operation_done', { operation: id, ...after.counts });
    held = mayContinue ? await acquire(ports, id, after.lease!.owner) : undefined;
  }
}

/** @returns the operation, held by `owner`; undefined when it has ended or is held by another message */
async function acquire(ports: Ports, id: string, owner: string = randomUUID()): Promise<Stored<Operation> | undefined> {
  const read = await ports.store.get<Operation>(operationPath(id));
  const now = ports.clock.now();
  if (!read?.data.running) return undefined;
  const { lease } = read.data;
  if (lease && lease.owner !== owner && lease.endsAt > now) return undefined;
  const data = { ...read.data, lease: { owner, endsAt: now + leaseMs } };
  try {
    const [version = ''] = await ports.store.commit([write(read, data)]);
    return { path: read.path, version, data };
  } catch (error) {
    if (codeOf(error) !== 'conflict') throw error;
    return undefined;
  }
}

const write = ({ path, version }: Stored<Operation>, data: Operation): Write => ({ set: path, data, if: { version } });

function withoutLease({ lease: _lease, ...rest }: Operation): Operation {
  return rest;
}

interface SliceResults {
  done: OperationResult[];
  /** Where the next slice starts; absent after the last one. */
  next?: Operation['position'];
}

async function workOnSlice(ports: Ports, operation: Operation): Promise<SliceResults> {
  // The caller was authorized when the operation started; the list holds all customers below its node.
  const system: Caller = { id: 'system', grants: [{ hierarchy: operation.hierarchy, role: 'reader' }] };
  const page = await listCustomers(ports.store, system, {
    hierarchy: operation.hierarchy,
    ...(operation.state && { state: operation.state }),
    direction: 'ascending',
    pageSize: sliceSize,
    ...(operation.position && { after: operation.position }),
  });
  const done: OperationResult[] = [];
  for (let from = 0; from < page.customers.length; from += concurrency) {
    const some = page.customers.slice(from, from + concurrency);
    done.push(...(await Promise.all(some.map(({ connection }) => act(ports, operation, connection)))));
  }
  return { done, ...(page.next && { next: page.next }) };
}

function afterSlice(operation: Operation, { done, next }: SliceResults, now: number, mayContinue: boolean): Operation {
  const counts = { ...operation.counts };
  for (const { outcome } of done) counts[outcome] += 1;
  const after = { ...operation, counts, movedAt: now };
  if (!next) return { ...withoutLease(after), running: false, endedAt: now };
  return { ...(mayContinue ? after : withoutLease(after)), position: next };
}

/** @throws Failure what a redelivery of the message can cure */
async function act(
  ports: Ports,
  operation: Operation,
  connection: CustomerRead['connection'],
): Promise<OperationResult> {
  const { customerId: id } = connection;
  const { expireAt } = operation;
  try {
    if (operation.action === 'sync') {
      if (!connection.grant) return { id, outcome: 'skipped', expireAt };
      const run = await requestSync(ports, id, operation.by);
      return { id, outcome: 'done', sync: run.id, expireAt };
    }
    const read = async () => {
      const record = await ports.store.get<Customer>(customerPath(id));
      // It may have left the node since the slice was listed.
      return record && isBelow(record.data.hierarchy, operation.hierarchy) ? record : undefined;
    };
    const { url, endsAt } = await createConnectLink(ports, id, operation.by, read);
    const sealedUrl = await ports.sealer.seal(new Secret(url), resultUrlPlace(operation.id, id));
    return { id, outcome: 'done', sealedUrl, endsAt, expireAt };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'store_unavailable' || code === 'queue_unavailable') throw error;
    const message = error instanceof Failure ? error.message : 'Something went wrong on our side.';
    return { id, outcome: 'failed', failure: { code, message }, expireAt };
  }
}

/**
 * Sends another message for every operation without progress.
 * @returns how many
 */
export async function resumeStalledOperations(ports: Ports): Promise<number> {
  const now = ports.clock.now();
  let resent = 0;
  const running = everyDocument<Operation>(ports.store, { collection: operations, equals: { running: true } });
  for await (const read of running) {
    if (read.data.movedAt + stalledAfterMs > now) continue;
    const decision = {
      writes: [write(read, { ...read.data, movedAt: now })],
      messages: [{ operation: read.data.id }],
    };
    // A conflict means that the operation has moved on.
    if (await commitUnlessConflict(ports, decision)) resent += 1;
  }
  return resent;
}
