/** The text of a new token or code. */

import { randomBytes } from 'node:crypto';
import type { Settings } from '../settings.ts';

export function newToken({ tokenForm }: Pick<Settings, 'tokenForm'>, orgId: string): string {
  return tokenForm === 'marked' ? `${randomText()}_P0A1_${orgId}` : randomText();
}

/** 64 letters and digits: 380 bits. */
function randomText(): string {
  const text = randomBytes(96)
    .toString('base64')
    .replace(/[^A-Za-z0-9]/g, '');
  return text.length < 64 ? randomText() : text.slice(0, 64);
}
