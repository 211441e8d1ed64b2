import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Failure, type FailureCode } from '../../../shared/domain/failure.ts';
import { sendProblem, titleOf } from '../../../shared/http/problem.ts';
import { isOperatorFault } from '../../../shared/http/status.ts';

const lines: { level: string; event: string; facts: Record<string, unknown> }[] = [];
const write =
  (level: string) =>
  (event: string, facts: Record<string, unknown> = {}) =>
    void lines.push({ level, event, facts });
const log = { info: write('info'), warn: write('warn'), error: write('error') };

let failure: unknown;
let server: Server;
beforeAll(async () => {
  server = createServer((_, response) => sendProblem(response, failure, log, 'trace-1'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => server.close());

async function send(error: unknown) {
  failure = error;
  lines.length = 0;
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, body, lines: [...lines] };
}

describe('a problem', () => {
  it('has the code, a sentence, the trace and every error', async () => {
    const problems = [{ pointer: '/name', detail: 'is required' }];
    const { status, headers, body } = await send(
      new Failure('invalid_request', 'The request is not valid.', { problems }),
    );
    expect(status).toBe(400);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(body).toEqual({
      type: 'urn:webex-customer-access:problem:invalid_request',
      title: 'Invalid request',
      status: 400,
      detail: 'The request is not valid.',
      code: 'invalid_request',
      trace: 'trace-1',
      errors: problems,
    });
  });

  it.each([
    ['busy', { retryAfterMs: 1500 }, '2'],
    ['busy', {}, '1'],
    ['webex_rate_limited', { retryAfterMs: 1 }, '1'],
    ['store_unavailable', {}, '5'],
    ['not_found', {}, null],
  ] as const)('of code %s with %j has Retry-After %s', async (code, carried, expected) => {
    const { headers } = await send(new Failure(code, 'A sentence.', carried as never));
    expect(headers.get('retry-after')).toBe(expected);
  });

  it('hides an unexpected error from the caller and logs its cause', async () => {
    const { status, body, lines: logged } = await send(new TypeError('a secret detail'));
    expect([status, body.code]).toEqual([500, 'internal']);
    expect(JSON.stringify(body)).not.toContain('secret detail');
    expect(logged).toEqual([
      {
        level: 'error',
        event: 'request_failed',
        facts: { code: 'internal', trace: 'trace-1', cause: expect.stringContaining('a secret detail') },
      },
    ]);
  });

  it('is an error in the log only where the operator can cure it', async () => {
    const levels: [FailureCode, string | undefined][] = [
      ['store_unavailable', 'error'],
      ['secrets_unavailable', 'error'],
      ['sealed_text_invalid', 'error'],
      ['webex_unavailable', 'warn'],
      ['webex_rate_limited', 'warn'],
      ['grant_refused', 'warn'],
      ['proxy_refused', undefined],
      ['not_found', undefined],
    ];
    for (const [code, level] of levels) {
      const carried = code === 'webex_rate_limited' ? { retryAfterMs: 1 } : {};
      const { lines: logged } = await send(new Failure(code, 'A sentence.', carried as never));
      expect(logged[0]?.level, code).toBe(level);
      expect(isOperatorFault(code), code).toBe(level === 'error');
    }
  });
});

describe('a title', () => {
  it.each([
    ['not_found', 'Not found'],
    ['webex_rate_limited', 'Webex rate limited'],
    ['internal', 'Internal'],
  ] as const)('of %s is %s', (code, title) => expect(titleOf(code)).toBe(title));
});
