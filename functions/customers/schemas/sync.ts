/** A run of the user sync as the API returns it. Pure. */

import * as z from 'zod';
import { actorOf } from '../../../shared/domain/caller.ts';
import type { SyncRun } from '../../../shared/domain/sync-run.ts';
import { count, instant, instantOrNull, nextPageToken, time } from './fields.ts';

const phases = ['scan', 'confirm', 'remove'] as const;

const heldRemovalsResponse = z
  .object({
    state: z.enum(['waiting', 'approved', 'rejected', 'superseded']),
    reason: z.enum(['many', 'empty_organization', 'total_differs']).meta({
      description:
        '`many`: more removals than the thresholds allow; `empty_organization`: the scan found nobody; `total_differs`: Webex counts more people than the scan found.',
    }),
    count,
    decided_by: z.string().nullable(),
    decide_time: time.nullable(),
  })
  .meta({ id: 'HeldRemovals', description: 'Removals that wait, or waited, for a decision.' });

export const syncResponse = z
  .object({
    id: z.string(),
    state: z.enum(['queued', 'running', 'done', 'failed']),
    by: z.string().nullable().meta({ description: 'The caller who asked; null for a scheduled sync.' }),
    approves: z.string().nullable().meta({ description: 'The sync whose held removals this one carries out.' }),
    ask_time: time,
    start_time: time.nullable(),
    end_time: time.nullable(),
    phase: z.enum(phases).nullable(),
    expected: count.meta({
      description: 'People stored when the sync started. Compare `counts.scanned` with it to see the progress.',
    }),
    counts: z.object({
      scanned: count,
      unchanged: count,
      added: count,
      changed: count,
      returned: count,
      removed: count,
      held: count,
      skipped: count,
    }),
    skipped: z.array(z.string()).meta({
      description:
        'Ids of people that Webex refused to show or whose record could not be stored, at most 100. They stay as they were.',
    }),
    failure: z.object({ code: z.string(), message: z.string(), tracking_id: z.string().nullable() }).nullable(),
    held: heldRemovalsResponse.nullable(),
  })
  .meta({ id: 'Sync', description: 'One run that makes the stored users match the Webex organization.' });

export const syncListResponse = z
  .object({ syncs: z.array(syncResponse), next_page_token: nextPageToken })
  .meta({ id: 'SyncList' });

export const heldPeopleResponse = z
  .object({
    people: z.array(z.string()).meta({ description: 'Ids of users.' }),
    next_page_token: nextPageToken,
  })
  .meta({ id: 'HeldPeople' });

export function toSyncResponse(run: SyncRun): z.infer<typeof syncResponse> {
  const { held, fault } = run;
  return {
    id: run.id,
    state: run.state,
    by: run.by ? actorOf(run.by).caller : null,
    approves: run.approves ?? null,
    ask_time: instant(run.askedAt),
    start_time: instantOrNull(run.startedAt),
    end_time: instantOrNull(run.endedAt),
    phase: run.state === 'running' ? (run.phases.at(-1)?.phase ?? null) : null,
    expected: run.expected,
    counts: {
      scanned: run.counts.scanned,
      unchanged: run.counts.unchanged,
      added: run.counts.added,
      changed: run.counts.changed,
      returned: run.counts.returned,
      removed: run.counts.removed,
      held: run.counts.held,
      skipped: run.counts.skipped,
    },
    skipped: run.skipped,
    failure: fault ? { code: fault.code, message: fault.message, tracking_id: fault.trackingId ?? null } : null,
    held: held
      ? {
          state: held.state,
          reason: held.reason,
          count: held.count,
          decided_by: held.by ? actorOf(held.by).caller : null,
          decide_time: instantOrNull(held.decidedAt),
        }
      : null,
  };
}
