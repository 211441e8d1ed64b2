/** Shortens text from outside to what a page, a document or a log line can hold. Pure. */

/**
 * The text, or its start and `…` when it is longer. It never ends within a character as people see it (a surrogate pair, an
 * accent, an emoji of several code points), because a half character cannot be stored.
 * @param maxLength in UTF-16 units, `…` included
 */
export function truncate(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text.toWellFormed();
  const start = text.slice(0, maxLength + 1);
  const { index } = new Intl.Segmenter().segment(start).containing(maxLength - 1)!;
  // A text that is one endless character (stacked accents) is cut within it, but never within a surrogate pair.
  const kept = start.slice(0, index || maxLength - 1).replace(/[\ud800-\udbff]$/, '');
  return `${kept.toWellFormed()}…`;
}
