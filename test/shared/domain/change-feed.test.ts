import { describe, expect, it } from 'vitest';
import { feedCursor, feedPosition } from '../../../shared/domain/change-feed.ts';
import { day } from '../../../shared/domain/time.ts';

const now = 1_800_000_000_000;

describe('the cursor of the change feed', () => {
  it('is read as it was written', () => {
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
