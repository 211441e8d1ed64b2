/** The scan: every page of the organization's people, the next one fetched while this one is compared and written. */

import { codeOf } from '../domain/failure.ts';
import type { PeoplePage } from '../domain/person.ts';
import { behindPage, restarted, smallerPage } from '../domain/scan.ts';
import { watchSight } from './authorizer.ts';
import { checkpointDue, outOfTime, type Session } from './session.ts';
import { compare, flushAll, flushFull, type Pending } from './user-writes.ts';

/**
 * Goes on from the session's position to the last page, and answers whether it got there before the time was over.
 * Whatever ends it, all that was compared is committed together with the position, unless a commit itself has failed.
 * @throws Failure what the calls and commits throw; `webex_unexpected` when Webex leads in a circle or away from itself
 */
export async function scanPeople(session: Session): Promise<boolean> {
  const pending: Pending = new Map();
  while (true) {
    try {
      return await scanOnce(session, pending);
    } catch (error) {
      const code = codeOf(error);
      const refused = code === 'webex_unexpected' || code === 'webex_not_found';
      const anew = refused ? restarted(session.scan) : undefined;
      if (anew) {
        // A cursor that Webex takes no more says nothing about the people behind it: all must be seen again.
        session.scan = anew;
        session.roster.forgetSeen();
        continue;
      }
      if (code !== 'conflict' && code !== 'store_unavailable') await flushAll(session, pending);
      throw error;
    }
  }
}

async function scanOnce(session: Session, pending: Pending): Promise<boolean> {
  const visited = new Set<string>();
  let page = await fetchPage(session);
  while (true) {
    const { people, next } = page;
    const scan = behindPage(session.scan, next, visited);
    session.scan = scan;
    const stop = next !== undefined && outOfTime(session);
    const following = next !== undefined && !stop ? fetchPage(session) : undefined;
    // Its failure is heard where it is awaited.
    following?.catch(() => {});
    // The request leaves before the work begins that would hold it back.
    await new Promise(setImmediate);
    compare(session, people, pending);
    const authorizer = people.find(({ id }) => id === session.authorizer);
    if (authorizer) await watchSight(session, authorizer);
    await flushFull(session, pending);
    if (!following) {
      await flushAll(session, pending);
      return !stop;
    }
    if (checkpointDue(session)) await flushAll(session, pending, true);
    page = await following;
  }
}

function fetchPage(session: Session): Promise<PeoplePage> {
  const { ports, customer, call, scan } = session;
  const { cursor } = scan;
  let { pageSize } = scan;
  const make = (access: Parameters<Parameters<typeof call>[0]>[0]) =>
    ports.webex.people(access, { orgId: customer.accountNumber, max: pageSize, ...(cursor && { cursor }) });
  return call(make, ({ code }) => {
    if (code !== 'webex_unavailable') return;
    pageSize = smallerPage(pageSize);
    session.scan = { ...session.scan, pageSize };
  });
}
