/** The security headers of every response: cache nothing, send no referrer, load only our own three files. */

import { icon, script, style } from './assets.ts';

/** @param url this function's public address; the policy names our files one by one, which is stricter than `'self'` */
export function securityHeaders(url: string): Record<string, string> {
  return {
    'cache-control': 'no-store',
    'content-security-policy': [
      "default-src 'none'",
      `style-src ${url}${style.path}`,
      `script-src ${url}${script.path}`,
      `img-src ${url}${icon.path}`,
      `form-action ${url}/`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "require-trusted-types-for 'script'",
    ].join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'strict-transport-security': 'max-age=31536000',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-robots-tag': 'noindex',
  };
}
