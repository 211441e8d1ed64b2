/** Called by Cloud Scheduler: renews every connection that is due and answers what it did. */

import type { HttpFunction } from '@google-cloud/functions-framework';
import { sendProblem } from '../../shared/http/problem.ts';
import type { Outside } from '../../shared/ports.ts';
import { refreshDue } from '../../shared/refresh.ts';

/** Takes up nothing new after this: well inside Scheduler's `attempt_deadline` of 30 minutes. */
const budgetMs = 25 * 60_000;

/** The HTTP function `refresh_tokens`; who may call it is the platform's to check (`run.invoker`). */
export function refreshTokens(outside: Outside, concurrency: number): HttpFunction {
  return async (_request, response) => {
    try {
      const startedAt = outside.clock.now();
      const run = await refreshDue(outside, { concurrency, endsAt: startedAt + budgetMs });
      const facts = { ...run, durationMs: outside.clock.now() - startedAt };
      if (run.ended === 'client_refused') outside.log.error('integration_refused', facts);
      else outside.log.info('refresh_run', facts);
      response.json(facts);
    } catch (error) {
      sendProblem(response, error, outside.log, 'refresh_tokens');
    }
  };
}
