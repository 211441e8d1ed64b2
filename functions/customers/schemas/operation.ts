/** An operation on many customers, and its results, as the API returns them. Pure. */

import * as z from 'zod';
import { actorOf } from '../../../shared/domain/caller.ts';
import { connectionStates } from '../../../shared/domain/connection.ts';
import type { Secret } from '../../../shared/domain/secret.ts';
import { bulkActions, type Operation, type OperationResult } from '../../../shared/operations/operations.ts';
import { count, instant, instantOrNull, nextPageToken, time } from './fields.ts';

export const operationResponse = z
  .object({
    id: z.string(),
    action: z.enum(bulkActions),
    hierarchy: z.string(),
    connection_state: z.enum(connectionStates).nullable(),
    state: z.enum(['running', 'done']),
    by: z.string(),
    ask_time: time,
    end_time: time.nullable(),
    counts: z.object({ done: count, skipped: count, failed: count }),
  })
  .meta({ id: 'Operation', description: 'The progress of an action on many customers.' });

const resultResponse = z
  .object({
    customer: z.string(),
    outcome: z.enum(['done', 'skipped', 'failed']),
    sync: z.string().nullable(),
    url: z.url().nullable(),
    expire_time: time.nullable(),
    failure: z.object({ code: z.string(), message: z.string() }).nullable(),
  })
  .meta({ id: 'OperationResult' });

export const resultListResponse = z
  .object({ results: z.array(resultResponse), next_page_token: nextPageToken })
  .meta({ id: 'OperationResultList' });

export function toOperationResponse(operation: Operation): z.infer<typeof operationResponse> {
  return {
    id: operation.id,
    action: operation.action,
    hierarchy: operation.hierarchy,
    connection_state: operation.state ?? null,
    state: operation.running ? 'running' : 'done',
    by: actorOf(operation.by).caller,
    ask_time: instant(operation.askedAt),
    end_time: instantOrNull(operation.endedAt),
    counts: {
      done: operation.counts.done,
      skipped: operation.counts.skipped,
      failed: operation.counts.failed,
    },
  };
}

export function toResultResponse(result: OperationResult & { url?: Secret }): z.infer<typeof resultResponse> {
  return {
    customer: result.id,
    outcome: result.outcome,
    sync: result.sync ?? null,
    url: result.url?.reveal() ?? null,
    expire_time: instantOrNull(result.endsAt),
    failure: result.failure ?? null,
  };
}
