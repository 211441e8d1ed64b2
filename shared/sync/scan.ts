/** The scan: every page of the organization's people, the next one requested while this one is compared and written. */

import { codeOf, type Failure } from '../domain/failure.ts';
import type { PeoplePage } from '../domain/person.ts';
import { positionAfterPage, smallerPage } from '../domain/scan.ts';
import type { WebexAccess } from '../ports.ts';
import { watchAuthorizer } from './authorizer.ts';
import { isTimeUp, type PhaseEnd, type RunContext } from './context.ts';
import type { Progress } from './progress.ts';

/**
 * Continues the scan to its last page.
 * @throws Failure what the calls and commits throw; `webex_unexpected` when the next links lead in a circle or elsewhere
 */
export async function scanPeople(context: RunContext, progress: Progress): Promise<PhaseEnd> {
  while (true) {
    try {
      return await scanToEnd(context, progress);
    } catch (error) {
      const code = codeOf(error);
      // A refused cursor says nothing about the people behind it.
      const isRefused = code === 'webex_unexpected' || code === 'webex_not_found';
      if (!isRefused || !progress.restartScan()) throw error;
    }
  }
}

async function scanToEnd(context: RunContext, progress: Progress): Promise<PhaseEnd> {
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
      if (isStopped) return 'time_up';
      progress.moveTo({ ...progress.scan, found: store.roster.seenCount });
      return 'complete';
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
  const onFailure = ({ code }: Failure) => {
    if (code !== 'webex_unavailable') return;
    pageSize = smallerPage(pageSize);
    progress.moveTo({ ...progress.scan, pageSize });
  };
  return call(request, { onFailure });
}
