/** HTML by tagged template: every value is escaped unless it is HTML already, and shows what would be invisible. */

export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * Characters that nobody sees: zero-width ones, with which two names look alike or a name looks empty, and bidirectional
 * controls, which reverse the text around them. Joiners and marks that follow a letter or an emoji belong to it and stay.
 * @see https://www.unicode.org/reports/tr36/
 */
const follower = String.raw`\u061C\u200C-\u200F\uFE00-\uFE0F\u{E0020}-\u{E007F}`;
const base = String.raw`\p{L}\p{M}\p{N}\p{Extended_Pictographic}\p{Emoji_Modifier}${follower}`;
const invisible = new RegExp(
  String.raw`(?<![${base}])[${follower}]|(?![${follower}\t\n])[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cs}\u2800]`,
  'gu',
);

/** `U+202E`, in brackets. */
function codePoint(character: string): string {
  return `[U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`;
}

export type Part = string | number | Html | undefined | Part[];

function render(part: Part): string {
  if (part === undefined) return '';
  if (Array.isArray(part)) return part.map(render).join('');
  if (part instanceof Html) return part.text;
  return String(part)
    .replaceAll(invisible, codePoint)
    .replaceAll(/[&<>"']/g, (character) => escapes[character]!);
}

export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(strings.reduce((text, string, index) => text + render(parts[index - 1]) + string));
}
