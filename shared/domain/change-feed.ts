/** The change feed's cursor: the last revision read, and when its reader last knew everything. Opaque outside. Pure. */

import { Failure } from './failure.ts';
import { tombstoneMs } from './user.ts';

export interface FeedPosition {
  revision: number;
  /** When the reader had read all that there was: removals since then must not have been forgotten yet. */
  completeAt: number;
}

export function feedCursor({ revision, completeAt }: FeedPosition): string {
  return Buffer.from(`${revision}.${completeAt}`).toString('base64url');
}

/**
 * Without a cursor: the beginning, for a reader who knows nobody yet.
 * @throws Failure `invalid_request`; `cursor_expired` when removals may have been forgotten since: begin anew
 */
export function feedPosition(cursor: string | undefined, now: number): FeedPosition {
  if (cursor === undefined) return { revision: 0, completeAt: now };
  const [, revision, completeAt] = /^(\d{1,15})\.(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (completeAt === undefined) {
    const problems = [{ pointer: '/since', detail: 'This is no cursor of the change feed.' }];
    throw new Failure('invalid_request', 'The cursor is not valid.', { problems });
  }
  if (Number(completeAt) + tombstoneMs <= now) {
    throw new Failure('cursor_expired', 'The cursor is older than 90 days: read all users again.');
  }
  return { revision: Number(revision), completeAt: Number(completeAt) };
}
