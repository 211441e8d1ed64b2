/** The history of a customer: who did what, when, and in which request. */

import type { CustomerEvent } from '../../../shared/domain/event.ts';
import { eventsOf } from '../../../shared/storage/layout.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { listNewestFirst } from '../api/newest-first.ts';
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
    async handle(ports, { params, query }) {
      const { items, nextPageToken } = await listNewestFirst<CustomerEvent>(ports, eventsOf(params.id), query);
      return { body: { events: items.map(toEventResponse), next_page_token: nextPageToken } };
    },
  }),
];
