/** The cursor of the change feed: where its reader is, and since when removals must be remembered. Opaque to callers. Pure. */

import { Failure } from './failure.ts';
import { tombstoneMs } from './user.ts';

export interface FeedPosition {
  revision: number;
  /** When the reader had last read everything, epoch ms. Tombstones since then must still exist. */
  completeAt: number;
}

export function feedCursor({ revision, completeAt }: FeedPosition): string {
  return Buffer.from(`${revision}.${completeAt}`).toString('base64url');
}

/**
 * The position of a cursor; without one the beginning, for a reader who starts.
 * @throws Failure `invalid_request`; `cursor_expired` when tombstones may be missing, so that the reader must start again
 */
export function feedPosition(cursor: string | undefined, now: number): FeedPosition {
  if (cursor === undefined) return { revision: 0, completeAt: now };
  const [, revision, completeAt] = /^(\d{1,15})\.(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (completeAt === undefined) {
    const problems = [{ pointer: '/since', detail: 'This is not a cursor of the change feed.' }];
    throw new Failure('invalid_request', 'The cursor is not valid.', { problems });
  }
  if (Number(completeAt) + tombstoneMs <= now) {
    throw new Failure('cursor_expired', 'The cursor is older than 90 days. Read all users again.');
  }
  return { revision: Number(revision), completeAt: Number(completeAt) };
}
