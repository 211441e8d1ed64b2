/**
 * Produces every documented success and failure on a real server. The OpenAPI document judges each exchange (contract.ts),
 * and the last test lists what is documented and was never seen. The suites run in this order.
 */

import { describe, expect, it } from 'vitest';
import './conformance/document.ts';
import './conformance/successes.ts';
import './conformance/failures.ts';
import './conformance/webex-failures.ts';
import './conformance/pasted-tokens.ts';
import { api, expectFailure, ids } from './conformance/world.ts';
import { contractOf } from './contract.ts';

describe('whatever is not documented', () => {
  it('is not found or not allowed', async () => {
    await expectFailure([404, 'not_found'], 'GET', '/a/b/c/d');
    await expectFailure([404, 'not_found'], 'GET', `/${ids.absent}%2Fusers`);
    const { headers } = await expectFailure([405, 'method_not_allowed'], 'DELETE', '/schema');
    expect(headers.get('allow')).toBe('GET');
    await expectFailure([405, 'method_not_allowed'], 'PUT', `/${ids.absent}`);
  });

  it('does not exist: every documented status and code has been seen', () => {
    const missing = contractOf(api.document)
      .documented()
      .filter((each) => !api.seen.has(each));
    expect(missing).toEqual([]);
  });
});
