/** A proxy's password: shown as a mask, kept when the mask comes back, so that a reader never learns it and an editor need not know it. Pure. */

const mask = '****';

/** The URL with its password masked. */
export function maskPassword(text: string): string {
  const url = new URL(text);
  if (!url.password) return text;
  url.password = mask;
  return url.href;
}

/** Whether the URL holds the mask in place of a password. */
function isMasked(text: string): boolean {
  return URL.canParse(text) && new URL(text).password === mask;
}

/**
 * The URL to store for one that a caller sent: the stored one where the mask came back for the same proxy and user.
 * Undefined when the mask stands for no stored password.
 */
export function keepPassword(sent: string, stored: string | undefined): string | undefined {
  if (!isMasked(sent)) return sent;
  return stored !== undefined && maskPassword(stored) === new URL(sent).href ? stored : undefined;
}
