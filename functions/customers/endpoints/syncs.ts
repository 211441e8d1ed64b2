/** The operations on syncs: their history, one and its progress, and the decision on removals that are held. */

import * as z from 'zod';
import { readCustomer } from '../../../shared/customers/records.ts';
import { actor, actorOf } from '../../../shared/domain/caller.ts';
import { Failure } from '../../../shared/domain/failure.ts';
import type { SyncRun } from '../../../shared/domain/sync-run.ts';
import type { Ports } from '../../../shared/ports.ts';
import { syncsOf } from '../../../shared/storage/layout.ts';
import { approveRemovals, rejectRemovals } from '../../../shared/sync/approval.ts';
import { readHeld } from '../../../shared/sync/held-people.ts';
import { type Operation, operation } from '../api/endpoint.ts';
import { newestFirst } from '../api/newest-first.ts';
import { pageToken, positionOf } from '../api/page-token.ts';
import { instant, instantOrNull, orNull, time } from '../schemas/customer.ts';
import { pageQuery } from '../schemas/requests.ts';

const phases = ['scan', 'confirm', 'remove'] as const;
const count = z.int();

const heldShown = z
  .object({
    state: z.enum(['waiting', 'approved', 'rejected', 'superseded']),
    reason: z.enum(['many', 'empty_organization', 'total_differs']).meta({
      description:
        '`many`: above the thresholds; `empty_organization`: nobody would be left; `total_differs`: Webex counts more people than were found.',
    }),
    count,
    decided_by: orNull(z.string()),
    decide_time: orNull(time),
  })
  .meta({ id: 'HeldRemovals', description: 'Removals that await a decision, or awaited one.' });

export const syncShown = z
  .object({
    id: z.string(),
    state: z.enum(['queued', 'running', 'done', 'failed']),
    by: orNull(z.string()).meta({ description: 'Null where the system asked.' }),
    approves: orNull(z.string()).meta({ description: 'The sync whose held removals this one carries out.' }),
    ask_time: time,
    start_time: orNull(time),
    end_time: orNull(time),
    phase: orNull(z.enum(phases)),
    expected: count.meta({ description: 'People stored when it began: with `counts.scanned`, how far it is.' }),
    counts: z.object({
      scanned: count,
      unchanged: count,
      added: count,
      changed: count,
      returned: count,
      removed: count,
      held: count,
    }),
    failure: orNull(z.object({ code: z.string(), message: z.string(), tracking_id: orNull(z.string()) })),
    held: orNull(heldShown),
  })
  .meta({ id: 'Sync', description: 'One run that makes the stored users match the organization.' });

export function showSync(run: SyncRun): z.infer<typeof syncShown> {
  const { held, fault } = run;
  return {
    id: run.id,
    state: run.state,
    by: run.by ? actorOf(run.by).caller : null,
    approves: run.approves ?? null,
    ask_time: instant(run.askedAt),
    start_time: instantOrNull(run.startedAt),
    end_time: instantOrNull(run.endedAt),
    phase: run.state === 'running' ? (run.phases.at(-1)?.phase ?? null) : null,
    expected: run.expected,
    counts: {
      scanned: run.counts.scanned,
      unchanged: run.counts.unchanged,
      added: run.counts.added,
      changed: run.counts.changed,
      returned: run.counts.returned,
      removed: run.counts.removed,
      held: run.counts.held,
    },
    failure: fault ? { code: fault.code, message: fault.message, tracking_id: fault.trackingId ?? null } : null,
    held: held
      ? {
          state: held.state,
          reason: held.reason,
          count: held.count,
          decided_by: held.by ? actorOf(held.by).caller : null,
          decide_time: instantOrNull(held.decidedAt),
        }
      : null,
  };
}

export function syncOperations(ports: Ports): Operation[] {
  const { store, sealer } = ports;

  async function readRun(customerId: string, id: string): Promise<SyncRun> {
    const run = await store.get<SyncRun>(`${syncsOf(customerId)}/${id}`);
    if (!run) throw new Failure('not_found', 'There is no such sync.');
    return run.data;
  }

  return [
    operation({
      id: 'listSyncs',
      tag: 'syncs',
      summary: "A customer's syncs, newest first",
      method: 'get',
      path: '/{id}/syncs',
      role: 'reader',
      query: pageQuery,
      status: 200,
      shows: z.object({ syncs: z.array(syncShown), next_page_token: orNull(z.string()) }),
      async handle({ caller, role, params, query }) {
        await readCustomer(store, caller, params.id!, role);
        const { items, next } = await newestFirst<SyncRun>(ports, syncsOf(params.id!), query);
        return { body: { syncs: items.map(showSync), next_page_token: next } };
      },
    }),
    operation({
      id: 'getSync',
      tag: 'syncs',
      summary: 'One sync and its progress',
      method: 'get',
      path: '/{id}/syncs/{sync}',
      role: 'reader',
      status: 200,
      shows: syncShown,
      async handle({ caller, role, params }) {
        await readCustomer(store, caller, params.id!, role);
        return { body: showSync(await readRun(params.id!, params.sync!)) };
      },
    }),
    operation({
      id: 'listHeldRemovals',
      tag: 'syncs',
      summary: 'The people whose removal a sync holds for a decision',
      description: 'Pages are as they are stored: `page_size` is not asked for.',
      method: 'get',
      path: '/{id}/syncs/{sync}/held',
      role: 'reader',
      query: pageQuery.omit({ page_size: true }),
      status: 200,
      shows: z.object({ people: z.array(z.string()), next_page_token: orNull(z.string()) }),
      async handle({ caller, role, params, query }) {
        await readCustomer(store, caller, params.id!, role);
        const run = await readRun(params.id!, params.sync!);
        const list = `held ${params.id} ${params.sync}`;
        const { index } = (await positionOf<{ index: number }>(sealer, list, query)) ?? { index: 0 };
        const people = await readHeld(store, params.id!, params.sync!, index);
        const more = index + 1 < (run.held?.documents ?? 0);
        const next = more ? await pageToken(sealer, list, query, { index: index + 1 }) : null;
        return { body: { people, next_page_token: next } };
      },
    }),
    operation({
      id: 'approveRemovals',
      tag: 'syncs',
      summary: 'Remove the people whose removal is held, once Webex has confirmed each',
      description: 'Answers the sync that carries it out.',
      method: 'post',
      path: '/{id}/syncs/{sync}:approve',
      role: 'administrator',
      status: 202,
      shows: syncShown,
      idempotency: 'claim',
      failures: ['conflict'],
      async handle({ caller, role, params }) {
        await readCustomer(store, caller, params.id!, role);
        return { body: showSync(await approveRemovals(ports, params.id!, params.sync!, actor(caller))) };
      },
    }),
    operation({
      id: 'rejectRemovals',
      tag: 'syncs',
      summary: 'Keep the people whose removal is held',
      method: 'post',
      path: '/{id}/syncs/{sync}:reject',
      role: 'administrator',
      status: 200,
      shows: syncShown,
      idempotency: 'claim',
      failures: ['conflict'],
      async handle({ caller, role, params }) {
        await readCustomer(store, caller, params.id!, role);
        return { body: showSync(await rejectRemovals(ports, params.id!, params.sync!, actor(caller))) };
      },
    }),
  ];
}
