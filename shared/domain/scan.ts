/** What a page of people means, and where the scan may go from it. Pure. */

import { Failure } from './failure.ts';
import type { Person } from './person.ts';
import type { Roster } from './roster.ts';

/** How far a scan is: enough to go on from it in another process. */
export interface ScanPosition {
  /** The next page; absent: the first one. */
  cursor?: string;
  pages: number;
  pageSize: number;
  /** Whom it found, once it has come to its end. */
  found?: number;
  /** Times that it was begun anew because Webex no longer took the cursor. */
  restarts: number;
}

/** More pages than the largest organization has at the smallest page: a scan that goes on is led in a circle. */
const maxPages = 20_000;
/** Below this a page costs more in its request than in its people. */
const leastPage = 50;
const maxRestarts = 1;

/** Cisco's advice for an overloaded directory: ask for half. */
export function smallerPage(pageSize: number): number {
  return Math.min(pageSize, Math.max(leastPage, Math.floor(pageSize / 2)));
}

/**
 * The position behind a page. An empty page with a next link is no end; only the absence of a link is.
 * @throws Failure `webex_unexpected` when the link was followed before, or the scan does not end
 */
export function behindPage(at: ScanPosition, next: string | undefined, visited: Set<string>): ScanPosition {
  if (next !== undefined && (visited.has(next) || at.pages >= maxPages)) {
    throw new Failure('webex_unexpected', 'Webex leads the scan in a circle.');
  }
  if (next !== undefined) visited.add(next);
  return { ...at, pages: at.pages + 1, cursor: next };
}

/** The position after Webex refused to go on; undefined when it has been begun anew before. */
export function restarted(at: ScanPosition): ScanPosition | undefined {
  if (at.pages === 0 || at.restarts >= maxRestarts) return undefined;
  return { ...at, cursor: undefined, restarts: at.restarts + 1 };
}

export type Judgement = 'unchanged' | 'added' | 'changed' | 'returned';

export function judge(roster: Roster, person: string, hash: number): Judgement {
  const known = roster.hash(person);
  if (known === hash) return 'unchanged';
  if (known !== undefined) return 'changed';
  return roster.wasRemoved(person) ? 'returned' : 'added';
}

/** Whether a person can be kept as a user of the organization: of it, and with an id that a document can have. */
export function belongs(person: Person, organization: string): boolean {
  return (person.orgId === undefined || person.orgId === organization) && /^[\w.:-]{1,200}$/.test(person.id);
}
