/** The page's own files, each served under an address that changes with its content, so that browsers may keep it for good. */

import { readFileSync } from 'node:fs';
import { digest } from '../../shared/domain/authorization.ts';

export interface Asset {
  /** Below the function's address. */
  path: string;
  version: string;
  type: string;
  body: Buffer;
}

function asset(name: string, type: string): Asset {
  const body = readFileSync(new URL(`assets/${name}`, import.meta.url));
  return { path: `/${name}`, version: digest(body.toString()).slice(0, 8), type, body };
}

export const style = asset('style.css', 'text/css');
export const script = asset('page.js', 'text/javascript');
export const icon = asset('icon.svg', 'image/svg+xml');
