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
  /** How often it started over because Webex refused the cursor. */
  restarts: number;
}

/** More pages than the largest organization has at the smallest page size: a longer scan follows a circle of links. */
const maxPages = 20_000;
/** Below this size a page's request costs more than its people. */
const leastPage = 50;
const maxRestarts = 1;

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

/** The position after Webex refused a cursor; undefined when the scan has started over before. */
export function positionAfterRestart(at: ScanPosition): ScanPosition | undefined {
  if (at.pages === 0 || at.restarts >= maxRestarts) return undefined;
  return { ...at, cursor: undefined, restarts: at.restarts + 1 };
}

export type Difference = 'added' | 'changed' | 'returned';

/** How a person differs from the roster; undefined when nothing has changed. */
export function differenceFrom(roster: Roster, person: string, hash: number): Difference | undefined {
  const known = roster.hash(person);
  if (known === hash) return undefined;
  if (known !== undefined) return 'changed';
  return roster.wasRemoved(person) ? 'returned' : 'added';
}

/** Whether a person can be stored as a user of the organization: is in it, and has an id that a document can have. */
export function isMember(person: Person, organization: string): boolean {
  return (person.orgId === undefined || person.orgId === organization) && /^[\w.:-]{1,200}$/.test(person.id);
}
