import { describe, expect, it } from 'vitest';
import { html } from '../../../shared/http/html.ts';

describe('the template', () => {
  it('escapes values, and takes HTML as it is', () => {
    const name = `<b>"Tom" & 'Jerry'</b>`;
    expect(html`<p>${name}${html`<br>`}${[1, undefined]}</p>`.text).toBe(
      '<p>&lt;b&gt;&quot;Tom&quot; &amp; &#39;Jerry&#39;&lt;/b&gt;<br>1</p>',
    );
  });

  it.each([
    ['\u200b', '[U+200B]'],
    ['Ac\u200bme', 'Ac[U+200B]me'],
    ['\ufeffAcme', '[U+FEFF]Acme'],
    ['Acme\u202egro.live', 'Acme[U+202E]gro.live'],
    ['\u2066Acme\u2069', '[U+2066]Acme[U+2069]'],
    ['\u200d\u200d', '[U+200D]\u200d'],
    ['\u200e', '[U+200E]'],
    ['\u00ad', '[U+00AD]'],
    ['\u3164', '[U+3164]'],
    ['\u2800', '[U+2800]'],
    ['a\u0000b', 'a[U+0000]b'],
    ['a\ud800b', 'a[U+D800]b'],
  ])('shows the invisible characters of %j', (text, shown) => {
    expect(html`${text}`.text).toBe(shown);
  });

  it.each(['Müller', 'שלום\u200f', 'نام\u200cها', '👨‍👩‍👧', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '❤️', '1️⃣', 'a\tb\nc', 'क्‍ष'])(
    'leaves %j as it is',
    (text) => {
      expect(html`${text}`.text).toBe(text);
    },
  );
});
