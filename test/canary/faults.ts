/** The failures of the token endpoint that canaries go through. */

import type { Fault } from '../../local/webex/faults/rules.ts';

export const plainFaults: Fault[] = [
  { status: 429, retryAfter: 1 },
  { status: 500 },
  { html: true, status: 200 },
  { drop: 'before' },
  { drop: 'after' },
  { status: 200, body: { access_token: 7 } },
  { status: 401, body: { error: 'invalid_client' } },
  { status: 400, body: { error: 'invalid_grant' } },
];

/** Responses that quote what they were sent, as some gateways do. */
export function quotingFaults(quoted: string): Fault[] {
  return [
    { status: 400, body: { error: 'invalid_request_of_a_kind', error_description: `unknown: ${quoted}` } },
    { status: 418, body: { message: quoted, errors: [{ description: quoted }], trackingId: 'ROUTER_1' } },
    { status: 502, body: `<html>${quoted}</html>` },
  ];
}
