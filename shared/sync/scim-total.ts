/** SCIM's count of people: a second opinion on whether the scan is complete. */

import { codeOf, Failure, type FailureCode } from '../domain/failure.ts';
import type { SyncRun } from '../domain/sync-run.ts';
import { runPath } from '../storage/layout.ts';
import { maxOutageAttempts, type RunContext } from './context.ts';
import type { Progress } from './progress.ts';

/** SCIM may not be read with this token, or does not exist here. */
const isUnreadable: ReadonlySet<FailureCode> = new Set([
  'webex_forbidden',
  'webex_unauthorized',
  'webex_not_found',
  'webex_unexpected',
]);

const callScim = ({ ports, customer, call }: RunContext) =>
  call((access) => ports.webex.scimTotal(access, customer.accountNumber), { isOptional: true });

/**
 * SCIM's count of people; undefined when SCIM cannot be read.
 * @throws Failure `webex_unexpected` when SCIM has given no answer for hours, so that the run fails visibly
 */
export async function readScimTotal(context: RunContext, { run }: Progress): Promise<number | undefined> {
  try {
    return await callScim(context);
  } catch (error) {
    if (isUnreadable.has(codeOf(error))) return undefined;
    if (codeOf(error) !== 'webex_unavailable' || run.attempts < maxOutageAttempts) throw error;
    throw new Failure('webex_unexpected', 'SCIM does not say how many people there are.');
  }
}

/**
 * SCIM also counts rooms and services. Their number is known when nobody was absent, and when an administrator has approved
 * removals despite the difference.
 * @returns undefined when the number is not known, or SCIM gives no answer: a run does not wait for it
 */
export async function findScimSurplus(
  context: RunContext,
  { run, store, present }: Progress,
): Promise<number | undefined> {
  const { ports, customer, settings } = context;
  const { roster, fence } = store;
  if (!settings.checkTotal || roster.seenCount < roster.size) return undefined;
  if (run.approves) {
    const approved = await ports.store.get<SyncRun>(runPath({ customerId: customer.id, id: run.approves }));
    if (approved?.data.held?.reason !== 'total_differs') return undefined;
  } else if (fence.head.run!.counts.removed > 0) return undefined;
  const total = await callScim(context).catch(() => undefined);
  return total === undefined ? undefined : Math.max(0, total - present);
}
