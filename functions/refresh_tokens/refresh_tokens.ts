/** Called by Cloud Scheduler: renews every connection that is due, and responds with what it did. */

import type { HttpFunction } from '@google-cloud/functions-framework';
import type { Response } from 'express';
import { settlePendingDue } from '../../shared/connect/pending-grant.ts';
import { resumeStalledPurges } from '../../shared/customers/delete.ts';
import { codeOf, Failure } from '../../shared/domain/failure.ts';
import { sendProblem } from '../../shared/http/problem.ts';
import { guardFunction } from '../../shared/http/request-guard.ts';
import { resumeStalledOperations } from '../../shared/operations/slices.ts';
import type { Ports } from '../../shared/ports.ts';
import { requestDueSyncs } from '../../shared/sync/schedule.ts';
import { refreshDue } from '../../shared/tokens/refresh-due.ts';

/** A run starts nothing new after this: well inside Scheduler's `attempt_deadline` of 30 minutes. */
const budgetMs = 25 * 60_000;

/**
 * The HTTP function `refresh_tokens`; who may call it is the platform's to check (`run.invoker`).
 * @param ending aborted on SIGTERM; then the run starts nothing new
 */
export function refreshTokens(ports: Ports, concurrency: number, ending?: AbortSignal): HttpFunction {
  guardFunction(ports.log);
  const jobs: Record<string, (response: Response) => Promise<void>> = {
    '/': (response) => refresh(ports, concurrency, response, ending),
    '/sync': (response) => sync(ports, response),
  };
  return async (request, response) => {
    try {
      const job = jobs[request.path];
      if (!job) throw new Failure('not_found', 'There is no such job.');
      if (request.method !== 'POST') throw new Failure('method_not_allowed', 'Jobs are started by POST.');
      await job(response);
    } catch (error) {
      sendProblem(response, error, ports.log, 'refresh_tokens');
    }
  };
}

/** Responds 503 when the time was too short: Scheduler then calls again at once, and that run starts with the oldest. */
async function refresh(ports: Ports, concurrency: number, response: Response, signal?: AbortSignal): Promise<void> {
  const startedAt = ports.clock.now();
  const endsAt = startedAt + budgetMs;
  const run = await refreshDue(ports, { concurrency, endsAt, ...(signal && { signal }) });
  // Pending pairs need the token endpoint too, and Webex has asked for a pause there.
  const verified = run.ended === 'rate_limited' ? 0 : await settlePendingDue(ports, { concurrency, endsAt });
  const facts = { ...run, verified, ...(await sweep(ports)), durationMs: ports.clock.now() - startedAt };
  ports.log.info('refresh_run', facts);
  response.status(run.ended === 'out_of_time' ? 503 : 200).json(facts);
}

/** The same for syncs: requests those that are due, and `sync_users` does the work. */
async function sync(ports: Ports, response: Response): Promise<void> {
  const startedAt = ports.clock.now();
  const run = await requestDueSyncs(ports, startedAt + budgetMs);
  const facts = { ...run, durationMs: ports.clock.now() - startedAt };
  ports.log.info('syncs_requested', facts);
  response.status(run.ended === 'out_of_time' ? 503 : 200).json(facts);
}

/** Finds the work that lost messages have left unfinished. It never fails the refresh: the next hour tries again. */
async function sweep(ports: Ports): Promise<{ removals?: number; operations?: number }> {
  try {
    const [removals, operations] = await Promise.all([resumeStalledPurges(ports), resumeStalledOperations(ports)]);
    return { removals, operations };
  } catch (error) {
    ports.log.warn('sweep_failed', { code: codeOf(error) });
    return {};
  }
}
