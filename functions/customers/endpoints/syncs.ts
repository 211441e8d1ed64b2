/** A customer's syncs: the list, one and its progress, and the decision about held removals. */

import { actor } from '../../../shared/domain/caller.ts';
import { Failure } from '../../../shared/domain/failure.ts';
import type { SyncRun } from '../../../shared/domain/sync-run.ts';
import type { Store } from '../../../shared/ports.ts';
import { runPath, syncsOf } from '../../../shared/storage/layout.ts';
import { approveRemovals, rejectRemovals } from '../../../shared/sync/approval.ts';
import { readHeld } from '../../../shared/sync/held-people.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { listNewestFirst } from '../api/newest-first.ts';
import { pageToken, positionOf } from '../api/page-token.ts';
import { pageQuery } from '../schemas/queries.ts';
import { heldPeopleResponse, syncListResponse, syncResponse, toSyncResponse } from '../schemas/sync.ts';

export const syncEndpoints: Endpoint[] = [
  endpoint({
    id: 'listSyncs',
    tag: 'syncs',
    summary: "List a customer's syncs",
    description: 'Newest first. Syncs are stored for 396 days.',
    method: 'get',
    path: '/{id}/syncs',
    role: 'reader',
    query: pageQuery,
    status: 200,
    response: syncListResponse,
    async handle(ports, { params, query }) {
      const { items, nextPageToken } = await listNewestFirst<SyncRun>(ports, syncsOf(params.id), query);
      return { body: { syncs: items.map(toSyncResponse), next_page_token: nextPageToken } };
    },
  }),
  endpoint({
    id: 'getSync',
    tag: 'syncs',
    summary: 'Get one sync and its progress',
    description: 'Poll it after `:sync`, until `state` is `done` or `failed`.',
    method: 'get',
    path: '/{id}/syncs/{sync}',
    role: 'reader',
    status: 200,
    response: syncResponse,
    handle: async ({ store }, { params }) => ({ body: toSyncResponse(await readRun(store, params.id, params.sync)) }),
  }),
  endpoint({
    id: 'listHeldRemovals',
    tag: 'syncs',
    summary: 'List the people whose removal a sync holds',
    description: 'The size of a page is fixed, so there is no `page_size`.',
    method: 'get',
    path: '/{id}/syncs/{sync}/held',
    role: 'reader',
    query: pageQuery.omit({ page_size: true }),
    status: 200,
    response: heldPeopleResponse,
    async handle({ store, sealer }, { params, query }) {
      const run = await readRun(store, params.id, params.sync);
      const list = `held ${params.id} ${params.sync}`;
      const { index } = (await positionOf<{ index: number }>(sealer, list, query)) ?? { index: 0 };
      const people = await readHeld(store, params.id, params.sync, index);
      const more = index + 1 < (run.held?.documents ?? 0);
      const next = more ? await pageToken(sealer, list, query, { index: index + 1 }) : null;
      return { body: { people, next_page_token: next } };
    },
  }),
  endpoint({
    id: 'approveRemovals',
    tag: 'syncs',
    summary: 'Approve held removals',
    description:
      'Returns the sync that removes these people. It asks Webex about each of them again and removes only those that Webex confirms as gone.',
    method: 'post',
    path: '/{id}/syncs/{sync}:approve',
    role: 'administrator',
    status: 202,
    response: syncResponse,
    idempotent: true,
    failures: ['conflict'],
    async handle(ports, { caller, params }) {
      return { body: toSyncResponse(await approveRemovals(ports, params.id, params.sync, actor(caller))) };
    },
  }),
  endpoint({
    id: 'rejectRemovals',
    tag: 'syncs',
    summary: 'Reject held removals',
    description: 'The people stay. A later sync that finds the same people gone holds their removal again.',
    method: 'post',
    path: '/{id}/syncs/{sync}:reject',
    role: 'administrator',
    status: 200,
    response: syncResponse,
    idempotent: true,
    failures: ['conflict'],
    async handle(ports, { caller, params }) {
      return { body: toSyncResponse(await rejectRemovals(ports, params.id, params.sync, actor(caller))) };
    },
  }),
];

async function readRun(store: Store, customerId: string, id: string): Promise<SyncRun> {
  const run = await store.get<SyncRun>(runPath({ customerId, id }));
  if (!run) throw new Failure('not_found', 'There is no such sync.');
  return run.data;
}
