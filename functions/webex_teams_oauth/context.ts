/** What every endpoint of this function needs, and how all of them log a failure. */

import { causeOf, type Failure, trackingIdOf } from '../../shared/domain/failure.ts';
import { toFailure } from '../../shared/http/problem.ts';
import { statusOf } from '../../shared/http/status.ts';
import type { Ports } from '../../shared/ports.ts';
import type { Admission } from './admission.ts';
import type { Site } from './pages/layout.ts';

export interface Context extends Admission {
  ports: Ports;
  site: Site;
}

/**
 * Makes a failure of anything thrown and logs it. Never at error level, which alerts a person: anybody can open these pages.
 * The alert counts `authorization_failed` by its code instead.
 */
export function logAndClassify({ ports: { log } }: Context, error: unknown): Failure {
  const failure = toFailure(error);
  const facts = { code: failure.code, cause: causeOf(failure), trackingId: trackingIdOf(failure) };
  // A line per refused request would be work without a limit.
  if (failure.code === 'too_many_requests') return failure;
  if (statusOf[failure.code] >= 500) log.warn('authorization_failed', facts);
  else log.info('authorization_declined', facts);
  return failure;
}
