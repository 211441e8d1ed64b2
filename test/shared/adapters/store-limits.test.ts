import { describe, expect, it } from 'vitest';
import { checkField, checkValue, documentTexts, splitPath } from '../../../shared/adapters/store-limits.ts';
import { Secret } from '../../../shared/domain/secret.ts';
import type { Write } from '../../../shared/ports.ts';

describe('a path', () => {
  it.each([
    ['customers/a', 'customers', 'a'],
    ['customers/a/users/b', 'customers/a/users', 'b'],
    ['customers/__a', 'customers', '__a'],
    ['customers/ü.ö', 'customers', 'ü.ö'],
    [`customers/${'a'.repeat(1500)}`, 'customers', 'a'.repeat(1500)],
  ])('names a document: %s', (path, collection, id) => {
    expect(splitPath(path)).toEqual({ collection, id });
  });

  it.each([
    '',
    'customers',
    'customers/',
    '/a',
    'customers/a/users',
    'customers/.',
    'customers/..',
    'customers/__a__',
    'customers/____',
    '__a__/b',
    'customers/a\ud83d',
    `customers/${'a'.repeat(1501)}`,
    `customers/${'ü'.repeat(751)}`,
  ])('names none: %s', (path) => {
    expect(() => splitPath(path)).toThrow('Not a document path');
  });
});

describe('a field of a query', () => {
  it.each(['state', 'lease.endsAt', '_a1'])('is a name: %s', (field) => expect(checkField(field)).toBe(field));

  it.each(['', 'a b', "a'", 'a.', '.a', '1a', 'a-b', '__name__)--', 'a[0]'])('is refused: %s', (field) => {
    expect(() => checkField(field)).toThrow('Not a field');
  });
});

describe('a commit', () => {
  const sets = (count: number, data: object = {}): Write[] =>
    Array.from({ length: count }, (_, n) => ({ set: `things/${n}`, data }));

  it('becomes one text per write', () => {
    const data = { a: 1, gone: undefined, token: new Secret('canary') };
    expect(documentTexts([{ set: 'things/a', data }, { delete: 'things/b' }])).toEqual([
      '{"a":1,"token":"[redacted]"}',
      '',
    ]);
  });

  it.each<[string, Write[], string]>([
    ['501 writes', sets(501), '500 writes, not 501'],
    ['a path twice', [...sets(1), { delete: 'things/0' }], 'things/0 only once'],
    ['a document above 1 MiB', sets(1, { text: 'x'.repeat(1_048_576) }), 'more than 1048576'],
    ['a document above 1 MiB of UTF-8', sets(1, { text: 'ü'.repeat(524_288) }), 'more than 1048576'],
    ['more than 3.5 MB', sets(4, { text: 'x'.repeat(1_000_000) }), '3500000 bytes, not 4000044'],
  ])('is refused with %s', (_what, writes, message) => {
    expect(() => documentTexts(writes)).toThrow(message);
  });

  it('may have 500 writes, and a document of 1 MiB', () => {
    expect(documentTexts(sets(500))).toHaveLength(500);
    expect(documentTexts(sets(1, { text: 'x'.repeat(1_048_576 - 11) }))[0]).toHaveLength(1_048_576);
  });
});

describe('a value', () => {
  const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) });

  it.each([null, true, 1, 'text', {}, { a: [1, { b: [2] }] }, nested(21), { __a: 1 }])('is accepted: %j', (value) => {
    expect(() => checkValue(value)).not.toThrow();
  });

  it.each([
    ['an array within an array', { a: [[1]] }, 'An array directly in an array'],
    ['a reserved key', { a: { __b__: 1 } }, 'cannot be named "__b__"'],
    ['an empty key', { '': 1 }, 'cannot be named ""'],
    ['too many levels', nested(22), '20 levels'],
    ['half a surrogate pair', { a: ['\ud83d'] }, 'not well-formed'],
  ])('is refused: %s', (_what, value, message) => {
    expect(() => checkValue(value)).toThrow(message);
  });
});
