/** Operations on every customer below a node: begin one, look at its progress, read what came of it. */

import * as z from 'zod';
import { actorOf } from '../../../shared/domain/caller.ts';
import { connectionStates } from '../../../shared/domain/connection.ts';
import type { Secret } from '../../../shared/domain/secret.ts';
import {
  type Operation as Bulk,
  beginOperation,
  bulkActions,
  type OperationResult,
  readOperation,
  readResults,
} from '../../../shared/operations/operations.ts';
import type { Ports } from '../../../shared/ports.ts';
import { performInCommit } from '../../../shared/storage/idempotency.ts';
import { type Operation, operation } from '../api/endpoint.ts';
import { pageToken, positionOf } from '../api/page-token.ts';
import { instant, instantOrNull, orNull, time } from '../schemas/customer.ts';
import { hierarchy, pageQuery } from '../schemas/requests.ts';

const asked = z
  .strictObject({
    action: z.enum(bulkActions).meta({ description: '`sync`: Sync Webex Teams Users; `connect`: a connect link.' }),
    hierarchy,
    state: z
      .enum(connectionStates)
      .optional()
      .meta({ description: 'Only customers whose connection is in this state.' }),
  })
  .meta({ id: 'OperationCreate', examples: [{ action: 'sync', hierarchy: 'sys.provider.reseller' }] });

const operationShown = z
  .object({
    id: z.string(),
    action: z.enum(bulkActions),
    hierarchy: z.string(),
    connection_state: orNull(z.enum(connectionStates)),
    state: z.enum(['running', 'done']),
    by: z.string(),
    ask_time: time,
    end_time: orNull(time),
    counts: z.object({ done: z.int(), skipped: z.int(), failed: z.int() }),
  })
  .meta({ id: 'Operation', description: 'The progress of an action on many customers.' });

const resultShown = z
  .object({
    customer: z.string(),
    outcome: z.enum(['done', 'skipped', 'failed']),
    sync: orNull(z.string()),
    url: orNull(z.url()),
    expire_time: orNull(time),
    failure: orNull(z.object({ code: z.string(), message: z.string() })),
  })
  .meta({ id: 'OperationResult' });

function showOperation(bulk: Bulk): z.infer<typeof operationShown> {
  return {
    id: bulk.id,
    action: bulk.action,
    hierarchy: bulk.hierarchy,
    connection_state: bulk.state ?? null,
    state: bulk.running ? 'running' : 'done',
    by: actorOf(bulk.by).caller,
    ask_time: instant(bulk.askedAt),
    end_time: instantOrNull(bulk.endedAt),
    counts: { done: bulk.counts.done, skipped: bulk.counts.skipped, failed: bulk.counts.failed },
  };
}

function showResult(result: OperationResult & { url?: Secret }): z.infer<typeof resultShown> {
  return {
    customer: result.id,
    outcome: result.outcome,
    sync: result.sync ?? null,
    url: result.url?.reveal() ?? null,
    expire_time: instantOrNull(result.endsAt),
    failure: result.failure ?? null,
  };
}

export function bulkOperations(ports: Ports): Operation[] {
  const { sealer } = ports;
  return [
    operation({
      id: 'beginOperation',
      tag: 'operations',
      summary: 'Sync, or make connect links for, all customers at or below a node',
      method: 'post',
      path: '/operations',
      role: 'operator',
      body: asked,
      status: 202,
      shows: operationShown,
      idempotency: 'commit',
      handle: ({ caller, body, idempotent }) =>
        performInCommit(idempotent, async (responseWrites) => {
          const { action, hierarchy: node, state } = body;
          const toAnswer = (bulk: Bulk) => ({ status: 202, headers: {}, body: showOperation(bulk) });
          const wanted = { action, hierarchy: node, ...(state && { state }) };
          return toAnswer(await beginOperation(ports, caller, wanted, (bulk) => responseWrites(toAnswer(bulk))));
        }),
    }),
    operation({
      id: 'getOperation',
      tag: 'operations',
      summary: 'The progress of an operation',
      method: 'get',
      path: '/operations/{operation}',
      role: 'operator',
      status: 200,
      shows: operationShown,
      handle: async ({ caller, params }) => ({
        body: showOperation(await readOperation(ports, caller, params.operation!)),
      }),
    }),
    operation({
      id: 'listOperationResults',
      tag: 'operations',
      summary: 'What came of an operation, customer by customer',
      description: 'Kept for 30 days; a connect link works for as long as `expire_time` says.',
      method: 'get',
      path: '/operations/{operation}/results',
      role: 'operator',
      query: pageQuery,
      status: 200,
      shows: z.object({ results: z.array(resultShown), next_page_token: orNull(z.string()) }),
      async handle({ caller, params, query }) {
        const { id } = await readOperation(ports, caller, params.operation!);
        const list = `operations/${id}/results`;
        const after = await positionOf<{ id: string }>(sealer, list, query);
        const { results, next } = await readResults(ports, id, {
          pageSize: query.page_size,
          ...(after && { after }),
        });
        const token = next ? await pageToken(sealer, list, query, next) : null;
        return { body: { results: results.map(showResult), next_page_token: token } };
      },
    }),
  ];
}
