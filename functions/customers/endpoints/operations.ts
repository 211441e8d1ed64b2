/** Operations on all customers at or below a node: start one, look at its progress, read its results. */

import { listResults, readOperation, startOperation } from '../../../shared/operations/operations.ts';
import type { Position } from '../../../shared/storage/pages.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { readWithToken } from '../api/page-token.ts';
import { operationResponse, resultListResponse, toOperationResponse, toResultResponse } from '../schemas/operation.ts';
import { pageQuery } from '../schemas/queries.ts';
import { operationCreate } from '../schemas/requests.ts';

export const operationEndpoints: Endpoint[] = [
  endpoint({
    id: 'startOperation',
    tag: 'operations',
    summary: 'Start an action on all customers at or below a node',
    description:
      '`sync` requests a sync of each connected customer; `connect` creates a connect link for each customer.',
    method: 'post',
    path: '/operations',
    role: 'operator',
    body: operationCreate,
    node: ({ hierarchy }) => hierarchy,
    status: 202,
    response: operationResponse,
    idempotent: true,
    async handle(ports, { caller, body, resultWrites }) {
      const { action, hierarchy, state } = body;
      const operation = await startOperation(ports, caller, { action, hierarchy, ...(state && { state }) }, (started) =>
        resultWrites({ body: toOperationResponse(started) }),
      );
      return { body: toOperationResponse(operation) };
    },
  }),
  endpoint({
    id: 'getOperation',
    tag: 'operations',
    summary: 'Get the progress of an operation',
    description: 'An operation is stored for 30 days.',
    method: 'get',
    path: '/operations/{operation}',
    role: 'operator',
    status: 200,
    response: operationResponse,
    handle: async (ports, { caller, params }) => ({
      body: toOperationResponse(await readOperation(ports, caller, params.operation)),
    }),
  }),
  endpoint({
    id: 'listOperationResults',
    tag: 'operations',
    summary: 'List the results of an operation, one for each customer',
    description:
      'Results are stored for 30 days. A connect link works until `expire_time`. Customers that have left your nodes are not listed, so a page may hold fewer than `page_size` though more follow.',
    method: 'get',
    path: '/operations/{operation}/results',
    role: 'operator',
    query: pageQuery,
    status: 200,
    response: resultListResponse,
    async handle(ports, { caller, params, query }) {
      const operation = await readOperation(ports, caller, params.operation);
      const list = `operations/${operation.id}/results`;
      const { results, nextPageToken } = await readWithToken(ports.sealer, list, query, (after?: Position) =>
        listResults(ports, caller, operation, { limit: query.page_size, ...(after && { after }) }),
      );
      return { body: { results: results.map(toResultResponse), next_page_token: nextPageToken } };
    },
  }),
];
