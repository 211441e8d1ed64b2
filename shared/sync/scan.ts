/** The scan: every page of the organization's people, the next one requested while this one is compared and written. */

import { codeOf } from '../domain/failure.ts';
import type { PeoplePage } from '../domain/person.ts';
import { positionAfterPage, positionAfterRestart, smallerPage } from '../domain/scan.ts';
import type { WebexAccess } from '../ports.ts';
import { watchAuthorizer } from './authorizer.ts';
import { isTimeUp, type RunContext } from './context.ts';
import type { Progress } from './progress.ts';

/**
 * Continues the scan to its last page.
 * @returns whether it reached the last page before the time was up
 * @throws Failure what the calls and commits throw; `webex_unexpected` when the next links lead in a circle or elsewhere
 */
export async function scanPeople(context: RunContext, progress: Progress): Promise<boolean> {
  const { store } = progress;
  while (true) {
    try {
      const isComplete = await scanToEnd(context, progress);
      if (isComplete) progress.moveTo({ ...progress.scan, found: store.roster.seenCount });
      return isComplete;
    } catch (error) {
      const code = codeOf(error);
      const isRefused = code === 'webex_unexpected' || code === 'webex_not_found';
      const restart = isRefused ? positionAfterRestart(progress.scan) : undefined;
      if (!restart) throw error;
      // A refused cursor says nothing about the people behind it, so all must be seen again.
      progress.moveTo(restart);
      store.roster.forgetSeen();
    }
  }
}

async function scanToEnd(context: RunContext, progress: Progress): Promise<boolean> {
  const { users, store } = progress;
  const visited = new Set<string>();
  let page = await fetchPage(context, progress);
  while (true) {
    const { people, next } = page;
    progress.moveTo(positionAfterPage(progress.scan, next, visited));
    const isStopped = next !== undefined && isTimeUp(context);
    const nextPage = next !== undefined && !isStopped ? fetchPage(context, progress) : undefined;
    // Its failure is thrown where it is awaited.
    nextPage?.catch(() => {});
    // Lets the request leave before the comparison blocks the event loop.
    await new Promise(setImmediate);
    users.compare(people);
    const authorizer = people.find(({ id }) => id === context.grant.authorizer);
    if (authorizer) await watchAuthorizer(context, store.fence, authorizer);
    await users.flushFull();
    if (!nextPage) {
      await users.flushAll();
      return !isStopped;
    }
    if (progress.isCheckpointDue()) await progress.saveCheckpoint();
    page = await nextPage;
  }
}

function fetchPage({ ports, customer, call }: RunContext, progress: Progress): Promise<PeoplePage> {
  const { cursor } = progress.scan;
  let { pageSize } = progress.scan;
  const request = (access: WebexAccess) =>
    ports.webex.people(access, { orgId: customer.accountNumber, max: pageSize, ...(cursor && { cursor }) });
  return call(request, ({ code }) => {
    if (code !== 'webex_unavailable') return;
    pageSize = smallerPage(pageSize);
    progress.moveTo({ ...progress.scan, pageSize });
  });
}
