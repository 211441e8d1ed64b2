import { describe, expect, it } from 'vitest';
import { truncate } from '../../../shared/domain/truncate.ts';

describe('truncated text', () => {
  it.each([
    ['text that fits', 'Acme', 4, 'Acme'],
    ['text that is longer', 'Acme Corporation', 5, 'Acme…'],
    ['an emoji at the cut', `${'A'.repeat(3)}😀😀`, 5, 'AAA…'],
    ['an emoji before the cut', `${'A'.repeat(2)}😀😀`, 5, 'AA😀…'],
    ['a letter with an accent of its own', 'abe\u0301def', 4, 'ab…'],
    ['a family of several emoji', 'ab👨‍👩‍👧‍👦cd', 8, 'ab…'],
    ['a flag', '🇩🇪🇫🇷', 6, '🇩🇪…'],
    ['half a character from outside', 'a\ud83d', 5, 'a\ufffd'],
    ['half a character that is cut off', `abc\ud83d${'x'.repeat(9)}`, 6, 'abc\ufffdx…'],
    ['an emoji alone that does not fit', '😀😀', 2, '…'],
    ['one character without an end', `e${'\u0301'.repeat(500)}`, 10, `e${'\u0301'.repeat(8)}…`],
  ])('keeps whole characters: %s', (_what, text, maxLength, expected) => {
    expect(truncate(text, maxLength)).toBe(expected);
  });

  it('is well-formed and not longer than asked, wherever the cut falls', () => {
    const text = `${'A'.repeat(198)}😀😀😀😀😀👨‍👩‍👧‍👦e\u0301🇩🇪${'\u0301'.repeat(300)}`;
    for (let maxLength = 1; maxLength <= text.length; maxLength++) {
      const cut = truncate(text, maxLength);
      expect(cut.length).toBeLessThanOrEqual(maxLength);
      expect(cut.isWellFormed()).toBe(true);
    }
  });
});
