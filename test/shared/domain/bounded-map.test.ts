import { describe, expect, it } from 'vitest';
import { setBounded } from '../../../shared/domain/bounded-map.ts';

describe('a bounded map', () => {
  it('forgets the oldest entries, and an entry that is set again is the newest', () => {
    const map = new Map<string, number>();
    for (const key of ['a', 'b', 'a', 'c']) setBounded(map, key, 1, 2);
    expect([...map.keys()]).toEqual(['a', 'c']);
  });
});
