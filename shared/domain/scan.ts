/** How a page of people is judged, and where the scan continues after it. Pure. */

import { Failure } from './failure.ts';
import type { Person } from './person.ts';
import type { Roster } from './roster.ts';

/** How far a scan is: enough to continue it in another process. */
export interface ScanPosition {
  /** The next page; absent: the first one. */
  cursor?: string;
  pages: number;
  pageSize: number;
  /** How many people it found, once it is complete. */
  found?: number;
  /** How often it started over. */
  restarts: number;
}

/** More pages than the largest organization has at the smallest page size: a longer scan follows a circle of links. */
const maxPages = 20_000;
/** Below this size a page's request costs more than its people. */
const leastPage = 50;
const maxRestarts = 1;
/** Fewer missed people than this are always asked for one by one: people move between pages while a scan runs. */
const maxMissed = 20;

/** Half the size, as Cisco advises for an overloaded directory. */
export function smallerPage(pageSize: number): number {
  return Math.min(pageSize, Math.max(leastPage, Math.floor(pageSize / 2)));
}

/**
 * The position after a page. Only a missing next link ends the scan, never an empty page.
 * @throws Failure `webex_unexpected` when the link was followed before, or the scan does not end
 */
export function positionAfterPage(at: ScanPosition, next: string | undefined, visited: Set<string>): ScanPosition {
  if (next !== undefined && (visited.has(next) || at.pages >= maxPages)) {
    throw new Failure('webex_unexpected', 'The next links of Webex lead in a circle.');
  }
  if (next !== undefined) visited.add(next);
  return { ...at, pages: at.pages + 1, cursor: next };
}

/** The position of a scan that starts over; undefined before its first page, and when it has started over before. */
export function positionAfterRestart({ pages, pageSize, restarts }: ScanPosition): ScanPosition | undefined {
  return pages > 0 && restarts < maxRestarts ? { pages, pageSize, restarts: restarts + 1 } : undefined;
}

/** Whether a scan has missed so many people that scanning again is cheaper than asking for each of them. */
export function hasMissedMany(missed: number, { pages }: ScanPosition): boolean {
  return missed > Math.max(maxMissed, pages);
}

export type Difference = 'added' | 'changed' | 'returned';

/** How a person differs from the roster; undefined when nothing has changed. */
export function differenceFrom(roster: Roster, person: string, hash: number): Difference | undefined {
  const known = roster.hash(person);
  if (known === hash) return undefined;
  if (known !== undefined) return 'changed';
  return roster.wasRemoved(person) ? 'returned' : 'added';
}

/** Whether a person is in the organization: Webex may show people of others, and may leave the organization out. */
export function isMember(person: Person, organization: string): boolean {
  return person.orgId === undefined || person.orgId === organization;
}
