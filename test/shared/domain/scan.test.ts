import { describe, expect, it } from 'vitest';
import type { Person } from '../../../shared/domain/person.ts';
import {
  hasMissedMany,
  isMember,
  positionAfterPage,
  positionAfterRestart,
  type ScanPosition,
  smallerPage,
} from '../../../shared/domain/scan.ts';

describe('a scan', () => {
  const at: ScanPosition = { pages: 4, pageSize: 500, restarts: 0 };

  it('does not follow a link twice', () => {
    const visited = new Set<string>();
    const next = positionAfterPage(at, 'a', visited);
    expect(next).toEqual({ ...at, pages: 5, cursor: 'a' });
    expect(() => positionAfterPage(next, 'a', visited)).toThrow(expect.objectContaining({ code: 'webex_unexpected' }));
  });

  it('ends at the maximum number of pages, and accepts a last page there', () => {
    const far = { ...at, pages: 20_000 };
    expect(() => positionAfterPage(far, 'b', new Set())).toThrow('circle');
    expect(positionAfterPage(far, undefined, new Set())).toMatchObject({ pages: 20_001 });
  });

  it('starts over once, and not before its first page', () => {
    const anew = positionAfterRestart({ ...at, cursor: 'x' });
    expect(anew).toEqual({ pages: 4, pageSize: 500, restarts: 1 });
    expect(positionAfterRestart(anew!)).toBeUndefined();
    expect(positionAfterRestart({ ...at, pages: 0 })).toBeUndefined();
  });

  it('halves its page size down to 50', () => {
    expect([500, 60, 50, 20].map(smallerPage)).toEqual([250, 50, 50, 20]);
  });

  it('that has missed more people than it has pages starts over, unless they are few', () => {
    expect(hasMissedMany(20, at)).toBe(false);
    expect(hasMissedMany(21, at)).toBe(true);
    expect(hasMissedMany(600, { ...at, pages: 600 })).toBe(false);
    expect(hasMissedMany(601, { ...at, pages: 600 })).toBe(true);
  });

  it('accepts no person of another organization', () => {
    const person = (change: Partial<Person>) => ({ id: 'abc', ...change }) as Person;
    expect(isMember(person({}), 'o')).toBe(true);
    expect(isMember(person({ orgId: 'other' }), 'o')).toBe(false);
  });
});
