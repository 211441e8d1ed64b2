/** The pages' style, script and icon. Their addresses change with their content, so that browsers may cache them for good. */

import { readFileSync } from 'node:fs';
import { digest } from '../../shared/domain/authorization.ts';

export interface Asset {
  /** Below the function's address. */
  path: string;
  version: string;
  type: string;
  body: Buffer;
}

/** @param files in `assets/`, joined into one to save requests */
function asset(path: string, type: string, ...files: string[]): Asset {
  const body = Buffer.concat(files.map((file) => readFileSync(new URL(`assets/${file}`, import.meta.url))));
  return { path, version: digest(body.toString()).slice(0, 8), type, body };
}

export const style = asset('/style.css', 'text/css', 'base.css', 'parts.css');
export const script = asset('/page.js', 'text/javascript', 'page.js');
export const icon = asset('/icon.svg', 'image/svg+xml', 'icon.svg');
