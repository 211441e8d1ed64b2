/**
 * The cursor of the change feed: where its reader is, in which history, and since when removals must be remembered. Opaque to
 * callers. Pure.
 */

import { Failure } from './failure.ts';
import type { SyncHead } from './sync-head.ts';
import { tombstoneMs } from './user.ts';

export interface FeedPosition {
  revision: number;
  /** When the reader had last read everything, epoch ms. Tombstones since then must still exist. */
  completeAt: number;
  /** The writer of the head that was current when the reader had read up to `revision`; absent before the first revision. */
  writer?: string;
}

/**
 * The document `customers/{id}/feed/{writer}`: a writer of revisions that another one has followed. After a backup is
 * restored, new revisions repeat numbers that readers have seen, but under writers with new ids.
 */
export interface PastWriter {
  /** The last revision that it wrote. */
  lastRevision: number;
  expireAt: number;
}

const invalidCursor = () => {
  const problems = [{ pointer: '/since', detail: 'This is not a cursor of the change feed.' }];
  return new Failure('invalid_request', 'The cursor is not valid.', { problems });
};

export function feedCursor({ revision, completeAt, writer = '' }: FeedPosition): string {
  return Buffer.from(`${revision}.${completeAt}.${writer}`).toString('base64url');
}

/**
 * The position of a cursor; without one the beginning, for a reader who starts.
 * @throws Failure `invalid_request`; `cursor_expired` when tombstones may be missing, so that the reader must start again
 */
export function feedPosition(cursor: string | undefined, now: number): FeedPosition {
  if (cursor === undefined) return { revision: 0, completeAt: now };
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, revision, completeAt, writer] = /^(\d{1,15})\.(\d{1,15})\.([\w-]{0,64})$/.exec(text) ?? [];
  if (completeAt === undefined) throw invalidCursor();
  if (Number(completeAt) + tombstoneMs <= now) {
    throw new Failure('cursor_expired', 'The cursor is older than 90 days. Read all users again.');
  }
  return { revision: Number(revision), completeAt: Number(completeAt), ...(writer && { writer }) };
}

/**
 * Whether everything up to the position is part of the stored history: its writer is known, and has written that far.
 * @param past the position's writer, when it is not the head's
 */
export function isInHistory(
  { revision, writer }: FeedPosition,
  head: Pick<SyncHead, 'writer' | 'revision'> | undefined,
  past: PastWriter | undefined,
): boolean {
  if (revision === 0) return true;
  const lastRevision = writer === head?.writer ? head?.revision : past?.lastRevision;
  return lastRevision !== undefined && lastRevision >= revision;
}

/** The writer that `writer` follows, to be stored with the first revision of `writer`. */
export function pastWriter(
  head: Pick<SyncHead, 'writer' | 'revision'>,
  writer: string,
  now: number,
): { id: string; data: PastWriter } | undefined {
  if (head.writer === undefined || head.writer === writer) return undefined;
  return { id: head.writer, data: { lastRevision: head.revision, expireAt: now + tombstoneMs } };
}
