/** A customer's syncs: the list, one and its progress, and the decision about held removals. */

import { actor } from '../../../shared/domain/caller.ts';
import type { Position } from '../../../shared/storage/pages.ts';
import { approveRemovals, rejectRemovals } from '../../../shared/sync/approval.ts';
import { readHeld } from '../../../shared/sync/held-people.ts';
import { listSyncs, readSync } from '../../../shared/sync/history.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { readWithToken } from '../api/page-token.ts';
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
    async handle({ store, sealer }, { params, query }) {
      const list = `syncs ${params.id}`;
      const { items, nextPageToken } = await readWithToken(sealer, list, query, (after?: Position) =>
        listSyncs(store, params.id, { limit: query.page_size, ...(after && { after }) }),
      );
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
    handle: async ({ store }, { params }) => ({ body: toSyncResponse(await readSync(store, params.id, params.sync)) }),
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
      const run = await readSync(store, params.id, params.sync);
      const list = `held ${params.id} ${params.sync}`;
      const readDocument = async ({ index } = { index: 0 }) => {
        const people = await readHeld(store, params.id, params.sync, index);
        const isLast = index + 1 >= (run.held?.documents ?? 0);
        return { people, ...(!isLast && { next: { index: index + 1 } }) };
      };
      const { people, nextPageToken } = await readWithToken(sealer, list, query, readDocument);
      return { body: { people, next_page_token: nextPageToken } };
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
