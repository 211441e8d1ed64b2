/** The history of a customer: who did what, when, and in which request. */

import { listEvents } from '../../../shared/customers/history.ts';
import type { Position } from '../../../shared/storage/pages.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { readWithToken } from '../api/page-token.ts';
import { eventListResponse, toEventResponse } from '../schemas/event.ts';
import { pageQuery } from '../schemas/queries.ts';

export const historyEndpoints: Endpoint[] = [
  endpoint({
    id: 'listEvents',
    tag: 'history',
    summary: "List a customer's history",
    description: 'Newest first. Entries are stored for 396 days.',
    method: 'get',
    path: '/{id}/events',
    role: 'reader',
    query: pageQuery,
    status: 200,
    response: eventListResponse,
    async handle({ store, sealer }, { params, query }) {
      const list = `events ${params.id}`;
      const { items, nextPageToken } = await readWithToken(sealer, list, query, (after?: Position) =>
        listEvents(store, params.id, { limit: query.page_size, ...(after && { after }) }),
      );
      return { body: { events: items.map(toEventResponse), next_page_token: nextPageToken } };
    },
  }),
];
