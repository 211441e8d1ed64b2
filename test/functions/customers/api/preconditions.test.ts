import { describe, expect, it } from 'vitest';
import { idempotencyKey, ifMatch } from '../../../../functions/customers/api/preconditions.ts';

describe('Idempotency-Key', () => {
  it.each([undefined, 'order-7', '"quoted"', '!', 'x'.repeat(255)])('may be %s', (key) =>
    expect(idempotencyKey(key)).toBe(key),
  );

  it.each(['', 'has spaces', 'ünï', 'x'.repeat(256), 'a\tb'])('may not be %j', (key) =>
    expect(() => idempotencyKey(key)).toThrow(expect.objectContaining({ code: 'invalid_request' })),
  );
});

describe('If-Match', () => {
  it('is required', () => {
    expect(() => ifMatch(undefined)).toThrow(expect.objectContaining({ code: 'version_required' }));
  });

  it.each(['*', ' * '])('%j is any state', (header) => expect(ifMatch(header)).toBeUndefined());

  it.each([
    ['"abc"', true],
    ['abc', true],
    ['"x", "abc"', true],
    ['x,abc', true],
    ['"ABC"', false],
    ['W/"abc"', false],
    ['"abcd"', false],
    ['""', false],
  ])('%s names the ETag abc: %s', (header, names) => expect(ifMatch(header)!('abc')).toBe(names));

  it.each(['', '"abc', 'abc"', '"a"b"', 'a b', '*, "abc"', ','])('%j is not valid', (header) =>
    expect(() => ifMatch(header)).toThrow(expect.objectContaining({ code: 'invalid_request' })),
  );
});
