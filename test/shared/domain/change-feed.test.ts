import { describe, expect, it } from 'vitest';
import { feedCursor, feedPosition, isInHistory, pastWriter } from '../../../shared/domain/change-feed.ts';
import { day } from '../../../shared/domain/time.ts';

const now = 1_800_000_000_000;

describe('the cursor of the change feed', () => {
  it('is read as it was written', () => {
    const position = { revision: 7, completeAt: now, writer: 'a-writer' };
    expect(feedPosition(feedCursor(position), now + 1)).toEqual(position);
    expect(feedPosition(feedCursor({ revision: 7, completeAt: now }), now + 1)).toEqual({
      revision: 7,
      completeAt: now,
    });
    expect(feedPosition(undefined, now)).toEqual({ revision: 0, completeAt: now });
  });

  it('is refused when it is malformed, or older than the tombstones', () => {
    expect(() => feedPosition('rubbish', now)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
    const old = feedCursor({ revision: 7, completeAt: now - 90 * day });
    expect(() => feedPosition(old, now)).toThrow(expect.objectContaining({ code: 'cursor_expired' }));
  });
});

describe('a position of the change feed', () => {
  const position = { revision: 310, completeAt: now, writer: 'second' };

  it('is in the history of the head that its writer still writes', () => {
    expect(isInHistory(position, { writer: 'second', revision: 310 }, undefined)).toBe(true);
    expect(isInHistory(position, { writer: 'second', revision: 309 }, undefined)).toBe(false);
  });

  it('is in the history of a head whose past writers include its own', () => {
    const head = { writer: 'third', revision: 400 };
    expect(isInHistory(position, head, { lastRevision: 310, expireAt: 0 })).toBe(true);
    expect(isInHistory(position, head, { lastRevision: 250, expireAt: 0 })).toBe(false);
    expect(isInHistory(position, head, undefined)).toBe(false);
  });

  it('before the first revision is in every history', () => {
    expect(isInHistory({ revision: 0, completeAt: now }, undefined, undefined)).toBe(true);
  });
});

describe('a writer', () => {
  it('is past when another one follows', () => {
    expect(pastWriter({ revision: 0 }, 'first', now)).toBeUndefined();
    expect(pastWriter({ revision: 7, writer: 'first' }, 'first', now)).toBeUndefined();
    expect(pastWriter({ revision: 7, writer: 'first' }, 'second', now)).toEqual({
      id: 'first',
      data: { lastRevision: 7, expireAt: now + 90 * day },
    });
  });
});
